/**
 * Label sets of VidEmo's published evaluation. Emotions have the names of their data sets; how VidEmo spells them is
 * not documented.
 */

export const actionUnits = [
  'AU1',
  'AU2',
  'AU4',
  'AU6',
  'AU7',
  'AU10',
  'AU12',
  'AU15',
  'AU23',
  'AU24',
  'AU25',
  'AU26',
] as const
export type ActionUnit = (typeof actionUnits)[number]

/** Their names in the Facial Action Coding System. */
export const actionUnitNames: Readonly<Record<ActionUnit, string>> = {
  AU1: 'inner brow raiser',
  AU2: 'outer brow raiser',
  AU4: 'brow lowerer',
  AU6: 'cheek raiser',
  AU7: 'lid tightener',
  AU10: 'upper lip raiser',
  AU12: 'lip corner puller',
  AU15: 'lip corner depressor',
  AU23: 'lip tightener',
  AU24: 'lip pressor',
  AU25: 'lips part',
  AU26: 'jaw drop',
}

export const appearances = [
  'blurry',
  'male',
  'young',
  'chubby',
  'pale_skin',
  'rosy_cheeks',
  'oval_face',
  'receding_hairline',
  'bald',
  'bangs',
  'black_hair',
  'blonde_hair',
  'gray_hair',
  'brown_hair',
  'straight_hair',
  'wavy_hair',
  'long_hair',
  'arched_eyebrows',
  'bushy_eyebrows',
  'bags_under_eyes',
  'eyeglasses',
  'sunglasses',
  'narrow_eyes',
  'big_nose',
  'pointy_nose',
  'high_cheekbones',
  'big_lips',
  'double_chin',
  'no_beard',
  '5_o_clock_shadow',
  'goatee',
  'mustache',
  'sideburns',
  'heavy_makeup',
  'wearing_earrings',
  'wearing_hat',
  'wearing_lipstick',
  'wearing_necklace',
  'wearing_necktie',
  'wearing_mask',
] as const
export type Appearance = (typeof appearances)[number]

export const actions = [
  'blow',
  'chew',
  'close_eyes',
  'cough',
  'cry',
  'drink',
  'eat',
  'frown',
  'gaze',
  'glare',
  'head_wagging',
  'kiss',
  'laugh',
  'listen_to_music',
  'look_around',
  'make_a_face',
  'nod',
  'play_instrument',
  'read',
  'shake_head',
  'shout',
  'sigh',
  'sing',
  'sleep',
  'smile',
  'smoke',
  'sneer',
  'sneeze',
  'sniff',
  'talk',
  'turn',
  'weep',
  'whisper',
  'wink',
  'yawn',
] as const
export type Action = (typeof actions)[number]

/** Topics of the evaluation's open questions. */
export const openAttributes = [
  'Gender',
  'Age',
  'Hair',
  'Skin',
  'Eyes',
  'Eyebrows',
  'Nose',
  'Mouth',
  'Chin',
  'Face_shape',
  'Facial_features',
  'Facial_actions',
  'Head_actions',
  'Body_actions',
  'Accessories',
] as const
export type OpenAttribute = (typeof openAttributes)[number]

/** DFEW's seven emotions. */
export const dfewEmotions = ['happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear'] as const
export type DfewEmotion = (typeof dfewEmotions)[number]

/** MAFW's eleven emotions, also used several at a time. */
export const mafwEmotions = [
  'anger',
  'disgust',
  'fear',
  'happiness',
  'neutral',
  'sadness',
  'surprise',
  'contempt',
  'anxiety',
  'helplessness',
  'disappointment',
] as const
export type MafwEmotion = (typeof mafwEmotions)[number]
