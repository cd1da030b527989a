/** Venues in the conversation; picking one fills the form, by the same way as there. */
import { useQuery } from '@tanstack/react-query';
import { venues as venuesNow } from '../api/rows';
import type { Venue } from '../draft/types';
import { useWords } from '../i18n';
import { useDesk, useSnapshot } from '../wizard/desk';
import { VenueCard } from '../wizard/VenueCard';

/** A card's own id is that of the suggestion; the venue it shows has its own. */
type Card = Partial<Venue> & { venueId?: string };

export function VenueCards({ venues, whole }: { venues: Card[]; whole: boolean }) {
  const { t } = useWords();
  const { store } = useDesk();
  const { draft } = useSnapshot();
  // A card may carry the venue's short name where the draft has its id.
  const rows = useQuery({ queryKey: ['venues', '', ''], queryFn: () => venuesNow('', ''), enabled: !!draft.venueId });
  const taken = rows.data?.find((row) => row.id === draft.venueId || row.ref === draft.venueId);
  const chosen = (venue: Venue) => !!draft.venueId && [draft.venueId, taken?.id, taken?.ref].includes(venue.id);
  const known = venues.map((one) => ({ ...one, id: one.venueId ?? one.id })).filter((one): one is Venue => !!one.id && !!one.name);
  const pick = (venue: Venue) => {
    store.edit('venueId', venue.id);
    void store.flush();
  };
  return (
    <ul className="chat-venues" aria-label={t('chat.venues')} aria-busy={!whole}>
      {known.map((venue) => (
        <li key={venue.id}>
          <VenueCard venue={venue} selected={chosen(venue)} disabled={!whole} onPick={() => pick(venue)} />
        </li>
      ))}
    </ul>
  );
}
