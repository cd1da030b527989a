/** Stage 2: where, and for how many. A venue of the list, a place of one's own, online, or both. */
import * as z from 'zod/mini';
import { guestsText, placeText, whole } from '../../draft/bounds';
import { useWords } from '../../i18n';
import { Field } from '../../ui/Field';
import { useDesk, useSnapshot } from '../desk';
import { Source } from '../Source';
import { StageFrame } from '../StageFrame';
import { useStageForm, words, type Slots } from '../useStageForm';
import { VenueList } from './VenueList';

const schema = z.object({
  guests: guestsText,
  place: placeText,
  address: placeText,
  city: placeText,
  'online-url': z.string().check(z.refine((text) => url(text) !== undefined, 'venue.error.url')),
});
type Values = z.infer<typeof schema>;

/** A link that guests can open: null when empty, undefined when it is none. */
export function url(text: string): string | null | undefined {
  const plain = text.trim();
  if (plain === '') return null;
  try {
    return ['https:', 'http:'].includes(new URL(plain).protocol) ? plain : undefined;
  } catch {
    return undefined;
  }
}

const slots: Slots<Values> = {
  guests: { field: 'capacity', show: (draft) => String(draft.capacity ?? ''), read: (values) => whole(values.guests) },
  place: { field: 'place', show: (draft) => (draft.venueId ? '' : (draft.place ?? '')), read: (values) => words(values.place) },
  address: { field: 'address', show: (draft) => (draft.venueId ? '' : (draft.address ?? '')), read: (values) => words(values.address) },
  city: { field: 'city', show: (draft) => (draft.venueId ? '' : (draft.city ?? '')), read: (values) => words(values.city) },
  'online-url': { field: 'onlineUrl', show: (draft) => draft.onlineUrl ?? '', read: (values) => url(values['online-url']) },
};

const PLACES = ['venue', 'online', 'hybrid'] as const;

export function Venue() {
  const { t } = useWords();
  const { store } = useDesk();
  const { draft } = useSnapshot();
  const { form, errorOf, submit, busy } = useStageForm(2, schema, slots);
  const kind = draft.placeKind ?? 'venue';
  return (
    <StageFrame stage={2} heading={t('venue.heading')} lead={t('wizard.later')} busy={busy} onSubmit={submit(() => store.goTo(3))}>
      <fieldset className="segments">
        <legend>{t('venue.where')}</legend>
        {PLACES.map((one) => (
          <label key={one}>
            <input type="radio" name="place-kind" value={one} checked={kind === one} onChange={() => store.edit('placeKind', one)} />
            <span>{t(`venue.kind.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      {kind !== 'venue' && (
        <Field label={t('venue.url')} hint={t('venue.url.hint')} error={errorOf('online-url')} note={<Source field="onlineUrl" />}>
          {(control) => <input {...control} {...form.register('online-url')} type="url" inputMode="url" placeholder="https://" />}
        </Field>
      )}
      {kind !== 'online' && <VenueList />}
      {kind !== 'online' && (
        <details className="more" open={!draft.venueId && !!(draft.place || draft.address)}>
          <summary>{t('venue.own')}</summary>
          <p className="soft">{t('venue.own.text')}</p>
          <Field label={t('venue.place')} error={errorOf('place')} note={!draft.venueId && <Source field="place" />}>
            {(control) => <input {...control} {...form.register('place', { onChange: () => draft.venueId && store.edit('venueId', null) })} type="text" dir="auto" autoComplete="off" />}
          </Field>
          <div className="pair">
            <Field label={t('venue.address')} error={errorOf('address')}>
              {(control) => <input {...control} {...form.register('address')} type="text" dir="auto" autoComplete="off" />}
            </Field>
            <Field label={t('venue.city')} error={errorOf('city')}>
              {(control) => <input {...control} {...form.register('city')} type="text" dir="auto" autoComplete="off" />}
            </Field>
          </div>
        </details>
      )}
      <Field label={t('venue.guests')} error={errorOf('guests')} note={<Source field="capacity" />} className="narrow">
        {(control) => <input {...control} {...form.register('guests')} type="text" inputMode="numeric" autoComplete="off" />}
      </Field>
    </StageFrame>
  );
}
