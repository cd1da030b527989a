/** Figures beside each other, each whole: a long amount is written smaller, never on two lines. */
import type { CSSProperties } from 'react';
import { useWords, type Key } from '../i18n';

export function Figures({ rows }: { rows: readonly [label: Key, value: string][] }) {
  const { t } = useWords();
  return (
    <dl className="figures">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{t(label)}</dt>
          <dd style={{ '--signs': value.length } as CSSProperties}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
