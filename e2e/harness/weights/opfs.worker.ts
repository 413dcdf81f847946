import { type OpfsJob, runJob } from './opfs-job.ts'

addEventListener('message', async ({ data }: MessageEvent<OpfsJob>) => {
  postMessage(await runJob(data, () => postMessage('hanging')))
})
