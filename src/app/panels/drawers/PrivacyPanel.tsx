import { Group } from '../../controls/Facts.tsx'
import styles from './Panels.module.css'

/** Says where the data is, and what a reading must not be taken for. */
export function PrivacyPanel() {
  return (
    <>
      <Group title="What stays here">
        <ul className={styles.points}>
          <li>Frames, readings and settings stay on this device. There is no server, no account and no statistics.</li>
          <li>Nothing is recorded unless you download it. Closing the page forgets every frame and reading.</li>
          <li>
            Faces are found and followed on this device by three small networks that come with the page. The points of a
            face are held in memory only, until the next frame; what is kept for the curves is movement, from which
            nobody could be recognized.
          </li>
          <li>The page fetches its own files, and a model from the address that you give. Nothing is sent along.</li>
        </ul>
      </Group>
      <Group title="What a reading is">
        <ul className={styles.points}>
          <li>A model’s guess at how a face appears, in words. It does not know what a person feels.</li>
          <li>It can be wrong, and more often so for small, dark or turned faces and for faces unlike its examples.</li>
          <li>It names nobody and compares nobody.</li>
        </ul>
      </Group>
      <Group title="What a measure is">
        <ul className={styles.points}>
          <li>How far a part of the face has moved from its place at rest, as far as the picture shows it.</li>
          <li>Units are graded good, fair or poor by how well this can be seen. No measure is an emotion.</li>
          <li>Statues, dolls and posters are found as faces, too: a found face is no proof that somebody is there.</li>
        </ul>
      </Group>
      <Group title="What it is not for">
        <ul className={styles.points}>
          <li>Not for use at work or in education, where the European Union forbids emotion recognition.</li>
          <li>Not for decisions about people, nor for diagnosis.</li>
          <li>Other people in the picture must know and agree before you read their faces.</li>
        </ul>
      </Group>
      <Group title="Made by others">
        <p className={styles.note}>
          The networks that find faces are those of MediaPipe, by Google, under the Apache License 2.0, converted to
          ONNX. What else the page is made of stands with its licences in <a href="./NOTICE.txt">NOTICE.txt</a>.
        </p>
      </Group>
    </>
  )
}
