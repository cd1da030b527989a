/** Tells where a value comes from when the organizer did not type it. */
import type { Field } from '../draft/types';
import { useWords } from '../i18n';
import { useSnapshot } from './desk';

export function Source({ field }: { field: Field }) {
  const { t } = useWords();
  const { provenance, edits, draft } = useSnapshot();
  const source = provenance[field];
  const empty = draft[field] === null || draft[field] === undefined || draft[field] === '';
  if (!source || source === 'edited' || edits[field] || empty) return null;
  return <span className={`source ${source}`}>{t(`source.${source}`)}</span>;
}
