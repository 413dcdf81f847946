import { Button, Collection, TreeItem, TreeItemContent } from 'react-aria-components'
import { Icon } from '../../controls/Icon.tsx'
import { emotionHue } from '../../emotion-hue.ts'
import { unitText } from '../../unit-text.ts'
import { useClaimParts } from './claim-parts.ts'
import styles from './StageTree.module.css'
import type { TreeRow } from './tree-rows.ts'
import { words } from './words.ts'

interface NodeProps {
  readonly row: TreeRow
  readonly isLast: boolean
  readonly onGoTo: (key: string) => void
}

/** One thing that an answer says: an attribute, an expression with what was measured of it, an emotion or its reason. */
export function NodeItem({ row, isLast, onGoTo }: NodeProps) {
  const { key, label, kind, rows, restsOn, isOld, claims = [], phases = [], actionUnits = [] } = row
  const claimParts = useClaimParts()
  return (
    <TreeItem
      id={key}
      textValue={[
        label,
        row.topic,
        ...(claims.length > 0 ? [] : actionUnits.map(unitText).filter((each) => !each.startsWith(label))),
        words.phases(phases),
        restsOn && words.restsOnShort(restsOn.label),
        ...claims.map((claim) => claimParts?.claimText(claim)),
      ]
        .filter(Boolean)
        .join(', ')}
      className={styles.node}
      data-kind={kind}
      data-old={isOld}
      data-last={isLast || undefined}
      data-link={restsOn ? true : undefined}
      {...(restsOn ? { onAction: () => onGoTo(restsOn.key) } : {})}
    >
      <TreeItemContent>
        <NodeContent row={row} />
      </TreeItemContent>
      <Collection items={rows.map((each) => ({ ...each, id: each.key }))} dependencies={[rows]}>
        {(each) => <NodeItem row={each} isLast={isLast} onGoTo={onGoTo} />}
      </Collection>
    </TreeItem>
  )
}

function NodeContent({
  row: { label, topic, emotion, actionUnits = [], phases = [], restsOn, claims, rows },
}: {
  readonly row: TreeRow
}) {
  const claimParts = useClaimParts()
  const name = (
    <span className={styles.label} {...(emotion ? { 'data-hue': emotionHue(emotion), 'data-emotion': emotion } : {})}>
      {label}
    </span>
  )
  const marks =
    claims && claimParts ? (
      <claimParts.ClaimMarks claims={claims} label={label}>
        {name}
      </claimParts.ClaimMarks>
    ) : undefined
  return (
    <span className={styles.content} title={restsOn ? words.restsOn(restsOn.label) : topic}>
      {rows.length > 0 && (
        <Button slot="chevron" className="unseen">
          <Icon name="right" />
        </Button>
      )}
      {marks ?? name}
      {/* A unit is named once: with marks beside its own, and where the row is called after it, by its code alone. */}
      {(marks ? [] : actionUnits.filter((unit) => unitText(unit) !== label)).map((unit) => (
        <span key={unit} className={styles.unit}>
          {unitText(unit).startsWith(`${label} `) ? unit : unitText(unit)}
        </span>
      ))}
      {phases.length > 0 && <span className={styles.phase}>{words.phases(phases)}</span>}
      {restsOn && <Icon name="link" />}
    </span>
  )
}
