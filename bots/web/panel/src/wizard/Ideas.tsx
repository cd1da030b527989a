/** What the wizard suggests for the stage at hand; picking one applies it. */
import { useState } from 'react';
import type { Stage, Suggestion } from '../draft/types';
import { useWords } from '../i18n';
import { tied } from '../i18n/spoken';
import { Spark } from '../ui/icons';
import { useDesk, useSnapshot } from './desk';

/** Which suggestions belong to which stage; venues have cards of their own. */
const OF_STAGE: Record<Stage, readonly string[]> = {
  1: ['name', 'type', 'description'],
  2: ['capacity', 'venue'],
  3: ['time', 'duration'],
  4: ['price', 'tiers', 'limit', 'capacity', 'currency'],
  5: ['refund_policy', 'tax'],
  6: [],
};

export function ideasFor(stage: Stage, suggestions: Suggestion[]): (Suggestion & { id: string; label: string })[] {
  return suggestions.flatMap((one) => {
    const venue = one.type === 'venue' && typeof one.data.name === 'string';
    return one.id && one.label && !venue && OF_STAGE[stage].includes(one.type) ? [{ ...one, id: one.id, label: one.label }] : [];
  });
}

export function Ideas({ stage }: { stage: Stage }) {
  const { t } = useWords();
  const { store } = useDesk();
  const { suggestions } = useSnapshot();
  const [taking, setTaking] = useState<string | null>(null);
  const ideas = ideasFor(stage, suggestions).slice(0, 4);
  if (ideas.length === 0) return null;
  const take = async (id: string) => {
    setTaking(id);
    await store.accept(id);
    setTaking(null);
  };
  return (
    <section className="ideas" aria-label={t('ideas.title')}>
      <h3>
        <Spark /> {t('ideas.title')}
      </h3>
      <ul>
        {ideas.map((idea) => (
          <li key={idea.id}>
            <button type="button" className="idea" disabled={taking !== null} onClick={() => void take(idea.id)}>
              <span className="idea-label">{tied(idea.label)}</span>
              {idea.detail && <span className="idea-detail">{tied(idea.detail)}</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
