/** Venues in the conversation; picking one fills the form, by the same way as there. */
import { useQuery } from '@tanstack/react-query';
import { venues as venuesNow } from '../api/rows';
import type { Venue } from '../draft/types';
import { useWords } from '../i18n';
import { priced, toVenue } from '../wizard/stages/VenueList';
import { useDesk, useSnapshot } from '../wizard/desk';
import { VenueCard } from '../wizard/VenueCard';

/** A card's own id is that of the suggestion; the venue it shows has its own. */
type Card = Partial<Venue> & { venueId?: string };

export function VenueCards({ venues, whole }: { venues: Card[]; whole: boolean }) {
  const { t, lang } = useWords();
  const { store } = useDesk();
  const { draft } = useSnapshot();
  // A card may carry the venue's short name where the draft has its id; one of an older conversation tells its price in the server's way.
  const rows = useQuery({ queryKey: ['venues', '', ''], queryFn: () => venuesNow('', '') });
  const taken = rows.data?.find((row) => row.id === draft.venueId || row.ref === draft.venueId);
  const chosen = (venue: Venue) => !!draft.venueId && [draft.venueId, taken?.id, taken?.ref].includes(venue.id);
  const shown = (one: Card): Card => {
    const id = one.venueId ?? one.id;
    const row = rows.data?.find((found) => found.id === id || found.ref === id);
    const card = priced({ ...one, id }, lang);
    return { ...card, priceEstimate: (row && toVenue(row, lang).priceEstimate) ?? card.priceEstimate };
  };
  const known = venues.map(shown).filter((one): one is Venue => !!one.id && !!one.name);
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
