/** The venues that are known, those that are suggested first; one press takes one. */
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { venues, type VenueRow } from '../../api/rows';
import { money, moneySpan } from '../../draft/money';
import type { Suggestion, Venue } from '../../draft/types';
import { useWords } from '../../i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { VenueCard } from '../VenueCard';
import { useDesk, useSnapshot } from '../desk';
import { useMedia } from '../../ui/useMedia';

const FIRST = 60;
/** On a phone the list is not scrolled by itself: a few, and then whoever wants more. */
const FIRST_NARROW = 8;

interface Known extends Venue {
  uuid?: string;
  /** A place of one's own: what was planned there before is no bound of it. */
  own?: boolean;
}

/** What a place costs, in the reader's way; null where nothing tells. */
function costs(low: number | null | undefined, high: number | null | undefined, currency: string | null | undefined, lang: string): string | null {
  if (low === null || low === undefined) return null;
  return high === null || high === undefined || high <= low ? money(low, currency, lang) : moneySpan(low, high, currency, lang);
}

/** A venue that the server suggests, its price in the reader's way. */
export function priced<T extends Partial<Venue>>(venue: T, lang: string): T {
  return { ...venue, priceEstimate: costs(venue.priceMinCents, venue.priceMaxCents, venue.currency, lang) ?? venue.priceEstimate };
}

/** The venues among suggestions. */
export function suggestedVenues(suggestions: Suggestion[], lang: string): Venue[] {
  return suggestions
    .filter((one) => one.type === 'venue' && typeof one.data.name === 'string')
    .map((one) => priced({ ...(one.data as unknown as Venue), id: String(one.data.id ?? one.id) }, lang));
}

interface Near {
  venueId?: string | null;
  city?: string | null;
}

/** The chosen one first, then those that are suggested, then those of the event's city; each venue once. */
export function ordered(suggested: Known[], known: Known[], { venueId, city }: Near = {}): Known[] {
  const byId = new Map(known.map((venue) => [venue.id, venue]));
  const first = suggested.map((venue) => ({ ...venue, ...byId.get(venue.id) }));
  const taken = new Set(first.map((venue) => venue.id));
  const rank = (venue: Known) => (isChosen(venue, venueId) ? 0 : taken.has(venue.id) ? 1 : city && venue.city?.toLowerCase() === city.toLowerCase() ? 2 : 3);
  return [...first, ...known.filter((venue) => !taken.has(venue.id))].sort((a, b) => rank(a) - rank(b));
}

export function VenueList() {
  const { t, lang } = useWords();
  const { store } = useDesk();
  const { draft, suggestions } = useSnapshot();
  // What is chosen in the conversation comes to the top; a press in this list moves nothing away under the finger.
  const [near, setNear] = useState<Near>({ venueId: draft.venueId, city: draft.city });
  const [pressed, setPressed] = useState<Known | null>(null);
  if (!(pressed && isChosen(pressed, draft.venueId)) && (draft.venueId !== near.venueId || draft.city !== near.city)) setNear({ venueId: draft.venueId, city: draft.city });
  const [search, setSearch] = useState('');
  const [city, setCity] = useState('');
  const [all, setAll] = useState(false);
  const [text, place] = [useDeferredValue(search.trim()), useDeferredValue(city.trim())];
  const found = useQuery({ queryKey: ['venues', place, text], queryFn: () => venues(text, place), placeholderData: (before) => before });
  const known = (found.data ?? []).map((row) => toVenue(row, lang));
  const narrowed = text !== '' || place !== '';
  const offered = suggestedVenues(suggestions, lang);
  const list = ordered(narrowed ? [] : offered, known, narrowed ? {} : near);
  const suggested = new Set(offered.map((venue) => venue.id));
  const chosen = list.find((venue) => isChosen(venue, draft.venueId));
  const first = useMedia('(max-width: 61.99rem)') ? FIRST_NARROW : FIRST;
  const shown = all ? list : list.filter((venue, index) => index < first || venue === chosen);

  const pick = (venue: Known) => {
    setPressed(venue);
    store.edit('venueId', venue.id);
    if (draft.placeKind === 'online') store.edit('placeKind', 'hybrid');
  };

  return (
    <section className="venues" aria-labelledby="venue-list">
      <h3 id="venue-list">{t('venue.select')}</h3>
      <div className="pair">
        <Field label={t('venue.search')}>
          {(control) => <input {...control} type="search" dir="auto" value={search} onChange={(event) => setSearch(event.target.value)} />}
        </Field>
        <Field label={t('venue.city')}>
          {(control) => <input {...control} type="search" dir="auto" value={city} onChange={(event) => setCity(event.target.value)} />}
        </Field>
      </div>
      {found.isError && <Banner tone="warn">{t('venue.error')}</Banner>}
      {found.isPending && list.length === 0 && <div className="bone tall" />}
      {found.isSuccess && list.length === 0 && <p className="soft">{t('venue.none')}</p>}
      <ul className="venue-grid">
        {shown.map((venue) => (
          <li key={venue.id}>
            <VenueCard venue={venue} selected={isChosen(venue, draft.venueId)} suggested={suggested.has(venue.id)} onPick={() => pick(venue)} />
          </li>
        ))}
      </ul>
      {!all && list.length > shown.length && (
        <Button look="quiet" onClick={() => setAll(true)}>
          {t('venue.more')}
        </Button>
      )}
      {chosen?.capacity && !chosen.own && draft.capacity && draft.capacity > chosen.capacity ? (
        <Banner tone="warn">{t('venue.small', { seats: chosen.capacity, people: draft.capacity })}</Banner>
      ) : null}
    </section>
  );
}

function isChosen(venue: Known, venueId: string | null | undefined): boolean {
  return !!venueId && (venue.id === venueId || venue.uuid === venueId);
}

/** A row as a card shows it: its price in the reader's way. */
export function toVenue(row: VenueRow, lang: string): Known {
  const price = costs(row.price_min_cents, row.price_max_cents, row.currency, lang);
  return { id: row.ref ?? row.id, uuid: row.id, name: row.name, capacity: row.capacity, amenities: row.amenities, priceEstimate: price, city: row.city, address: row.address, own: row.owner_id !== null };
}
