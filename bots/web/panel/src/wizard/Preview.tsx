/** The draft as guests will see it: the public page's look, with what is known so far. Text is shown as text. */
import { useQuery } from '@tanstack/react-query';
import { venues } from '../api/rows';
import { money } from '../draft/money';
import { KINDS, type Draft } from '../draft/types';
import { dayWords, hourWords, joinLocal, plusMinutes, splitLocal } from '../draft/when';
import { useWords, type Translate } from '../i18n';
import { useSnapshot } from './desk';
import { suggestedVenues } from './stages/VenueList';

export function Preview() {
  const { t } = useWords();
  const { draft } = useSnapshot();
  const kind = KINDS.find((one) => one === draft.type);
  return (
    <article className={`preview kind-${kind ?? 'none'}`}>
      <div className="preview-hero">
        {draft.imageUrl && <img src={draft.imageUrl} alt="" />}
        {kind && <p className="preview-kind">{t(`kind.${kind}`)}</p>}
        <p className="preview-name" dir="auto">
          {draft.name || t('preview.untitled')}
        </p>
      </div>
      <div className="preview-cards">
        <When />
        <Where />
        <Prices />
      </div>
      <section className="preview-text">
        <h3>{t('preview.about')}</h3>
        {draft.description ? <Prose text={draft.description} /> : <p className="soft">{t('preview.noAbout')}</p>}
        {draft.refundPolicy && (
          <>
            <h3>{t('preview.refunds')}</h3>
            <Prose text={draft.refundPolicy} />
          </>
        )}
      </section>
    </article>
  );
}

function When() {
  const { t, lang } = useWords();
  const { draft } = useSnapshot();
  const { date, time } = splitLocal(draft.dateTime, draft.timezone);
  const starts = joinLocal(date, time);
  const ends = starts && time && draft.duration ? plusMinutes(starts, draft.duration) : null;
  const sameDay = ends?.slice(0, 10) === date;
  return (
    <section className="preview-card">
      <h3>{t('preview.when')}</h3>
      {date ? (
        <>
          <p className="fact">{dayWords(date, lang)}</p>
          {time && (
            <p className="fact">
              {hourWords(time, lang)}
              {ends && ` – ${sameDay ? '' : `${dayWords(ends.slice(0, 10), lang)}, `}${hourWords(ends.slice(11), lang)}`}
            </p>
          )}
          {draft.timezone && <p className="soft">{draft.timezone.replaceAll('_', ' ')}</p>}
        </>
      ) : (
        <p className="soft">{t('preview.noDate')}</p>
      )}
    </section>
  );
}

function Where() {
  const { t, lang } = useWords();
  const { draft, suggestions } = useSnapshot();
  const wanted = draft.venueId;
  const known = useQuery({ queryKey: ['venues', '', ''], queryFn: () => venues('', ''), enabled: !!wanted });
  const row = known.data?.find((one) => one.id === wanted || one.ref === wanted);
  const suggested = suggestedVenues(suggestions, lang).find((one) => one.id === wanted);
  const name = (wanted ? (row?.name ?? suggested?.name) : null) ?? draft.place;
  const address = wanted && row ? [row.address, row.city].filter(Boolean).join(', ') : [draft.address, draft.city].filter(Boolean).join(', ');
  const online = draft.placeKind === 'online' || draft.placeKind === 'hybrid';
  const placed = draft.placeKind !== 'online';
  return (
    <section className="preview-card">
      <h3>{t('preview.where')}</h3>
      {placed && name && <p className="fact">{name}</p>}
      {placed && address && <p className="soft">{address}</p>}
      {online && <p className="fact">{placed && name ? t('preview.andOnline') : t('preview.online')}</p>}
      {!online && !name && !address && <p className="soft">{t('preview.noPlace')}</p>}
    </section>
  );
}

function Prices() {
  const { t, lang } = useWords();
  const { draft } = useSnapshot();
  const lines = ticketLines(draft, t, lang);
  if (lines.length === 0 && !draft.capacity) return null;
  return (
    <section className="preview-card">
      <h3>{t('preview.tickets')}</h3>
      <ul className="preview-tickets">
        {lines.map((line, index) => (
          <li key={index}>
            <span>{line.name}</span>
            <b>{line.price}</b>
          </li>
        ))}
      </ul>
      {draft.capacity ? <p className="soft">{t('preview.room', { n: draft.capacity })}</p> : null}
    </section>
  );
}

/** What guests may buy: the kinds of tickets, else the one price. */
export function ticketLines(draft: Draft, t: Translate, lang: string): { name: string; price: string }[] {
  const say = (minor: number) => (minor === 0 ? t('preview.free') : money(minor, draft.currency, lang));
  const tiers = draft.ticketTiers ?? [];
  if (tiers.length > 0) return tiers.map((tier) => ({ name: tier.name, price: say(tier.priceCents) }));
  return typeof draft.priceCents === 'number' ? [{ name: t('preview.ticket'), price: say(draft.priceCents) }] : [];
}

function Prose({ text }: { text: string }) {
  return text
    .split(/\n{2,}/)
    .filter((block) => block.trim() !== '')
    .map((block, index) => (
      <p key={index} dir="auto" className="prose">
        {block.trim()}
      </p>
    ));
}
