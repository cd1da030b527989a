/** One venue to pick; the same in the form and in the chat. */
import type { Venue } from '../draft/types';
import { useWords, type Key, type Translate } from '../i18n';
import { tied } from '../i18n/spoken';
import { Check, Pin } from '../ui/icons';

interface VenueCardProps {
  venue: Venue;
  selected: boolean;
  suggested?: boolean;
  disabled?: boolean;
  onPick: () => void;
}

const AMENITIES = new Set(['av_equipment', 'bar', 'catering', 'kitchen', 'natural_light', 'outdoor_space', 'parking', 'projector', 'sound_system', 'stage', 'wheelchair', 'whiteboard', 'wifi']);

/** What a place has, in words; what nobody here knows stays as its owner wrote it. */
export const amenityWords = (amenity: string, t: Translate): string => (AMENITIES.has(amenity) ? t(`amenity.${amenity}` as Key) : amenity.replaceAll('_', ' '));

/** Whether a reason names this price already, in whichever way it writes amounts. */
export function namesPrice(reason: string | null | undefined, price: string): boolean {
  const plain = (text: string) => text.replace(/(\d)[,.\s](?=\d{3}(?!\d))/g, '$1');
  const [least] = plain(price).match(/\d+/) ?? [];
  return !!reason && !!least && new RegExp(`(?<!\\d)${least}(?!\\d)`).test(plain(reason));
}

export function VenueCard({ venue, selected, suggested, disabled, onPick }: VenueCardProps) {
  const { t } = useWords();
  // A reason names them already.
  const amenities = venue.reason ? [] : (venue.amenities ?? []).slice(0, 4);
  const place = [venue.address, venue.city].filter(Boolean).join(', ');
  return (
    <button type="button" className="venue" data-venue-id={venue.id} aria-pressed={selected} disabled={disabled} onClick={onPick}>
      <span className="venue-top">
        <span className="venue-name">{venue.name}</span>
        {selected ? (
          <span className="venue-mark">
            <Check />
            {t('venue.selected')}
          </span>
        ) : (
          suggested && <span className="venue-hint">{t('venue.suggested')}</span>
        )}
      </span>
      {place && (
        <span className="venue-place">
          <Pin />
          {place}
        </span>
      )}
      <span className="venue-facts">
        {venue.capacity ? <span>{t('venue.seats', { n: venue.capacity })}</span> : null}
        {venue.priceEstimate && !namesPrice(venue.reason, venue.priceEstimate) ? <span>{venue.priceEstimate}</span> : null}
      </span>
      {amenities.length > 0 && <span className="venue-amenities">{amenities.map((one) => amenityWords(one, t)).join(' · ')}</span>}
      {venue.reason && <span className="venue-reason">{tied(venue.reason)}</span>}
    </button>
  );
}
