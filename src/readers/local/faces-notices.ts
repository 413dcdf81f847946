import { type FileNotice, seconds } from '../../capture/file-notice.ts'

/** From this time on no face is found. `isPictureRead`: the whole picture is read meanwhile. */
export function nobodyFound(fromS: number, isPictureRead: boolean): FileNotice {
  const then = isPictureRead
    ? 'The whole picture is read where there is none.'
    : 'Nothing is read where there is none: the model reads a drawing that moves as a face does.'
  return { code: 'nobody-found', message: `From ${seconds(fromS)} on no face was found for a while. ${then}` }
}

/** Every question is about looks, and a drawing is shown, whose looks are not the person's. */
export const nothingAsked: FileNotice = {
  code: 'nothing-asked',
  message:
    'Nothing is asked: these questions are about looks, and the model is shown a drawing that moves as the face does. Choose questions about expressions, or show it the picture.',
}
