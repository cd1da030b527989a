/** Venues in the conversation; picking one fills the form, by the same way as there. */
import type { Venue } from '../draft/types';
import { useWords } from '../i18n';
import { useDesk, useSnapshot } from '../wizard/desk';
import { VenueCard } from '../wizard/VenueCard';

export function VenueCards({ venues, whole }: { venues: Partial<Venue>[]; whole: boolean }) {
  const { t } = useWords();
  const { store } = useDesk();
  const { draft } = useSnapshot();
  const known = venues.filter((one): one is Venue => !!one.id && !!one.name);
  const pick = (venue: Venue) => {
    store.edit('venueId', venue.id);
    void store.flush();
  };
  return (
    <ul className="chat-venues" aria-label={t('chat.venues')} aria-busy={!whole}>
      {known.map((venue) => (
        <li key={venue.id}>
          <VenueCard venue={venue} selected={draft.venueId === venue.id} disabled={!whole} onPick={() => pick(venue)} />
        </li>
      ))}
    </ul>
  );
}
