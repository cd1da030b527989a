/** Stage 6: exactly what guests will see, what is still missing, and the button. The organizer's press is the approval. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { seriesStanding } from '../../api/events';
import { STAGES } from '../../draft/types';
import { isPast } from '../../draft/when';
import { useWords } from '../../i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { Back, Check } from '../../ui/icons';
import { useDesk, useSnapshot } from '../desk';
import { fieldKey } from '../fieldKey';
import { gaps, stageOf } from '../missing';
import { PagePreview } from '../PagePreview';
import { Takings } from '../Takings';
import { hasNoClock, useOwn } from '../useOwn';
import { GuestAccount } from './GuestAccount';

const VISIBILITIES = ['public', 'private'] as const;
export function Review() {
  const { t } = useWords();
  const { store, guest, onPublished } = useDesk();
  const { draft, failure, degraded } = useSnapshot();
  const [busy, setBusy] = useState(false);
  const [joining, setJoining] = useState(false);
  const publish = async () => {
    if (guest) return setJoining(true);
    setBusy(true);
    const answer = await store.publish();
    setBusy(false);
    const id = answer?.eventDraft?.id ?? answer?.event?.id ?? (answer ? store.get().server.id : null);
    if (id) onPublished(id, (answer?.paymentSetup ?? answer?.payment_setup) === 'pending');
    else if (store.get().failure?.kind === 'forbidden') setJoining(guest);
  };
  return (
    <div className="stage review">
      <header className="stage-head">
        <h2 tabIndex={-1} data-stage-heading>
          {t('review.heading')}
        </h2>
        <p>{t('review.lead')}</p>
      </header>
      <PagePreview />
      <Takings />
      <fieldset className="choices">
        <legend>{t('review.visibility')}</legend>
        {VISIBILITIES.map((one) => (
          <label key={one} className="choice">
            <input type="radio" name="visibility" value={one} checked={(draft.visibility ?? 'public') === one} onChange={() => store.edit('visibility', one)} />
            <span>
              <strong>{t(`review.${one}`)}</strong>
              <small>{t(`review.${one}.hint`)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <Checklist />
      {!guest && draft.id && <OneOfSeveral event={draft.id} />}
      {degraded && <p className="soft">{t('review.degraded')}</p>}
      {failure?.kind === 'conflict' && <Banner tone="warn">{t('review.stale')}</Banner>}
      <footer className="stage-foot">
        <Button look="quiet" icon={<Back />} onClick={() => store.goTo(STAGES[4] ?? 5)}>
          {t('app.back')}
        </Button>
        <Button look="primary" className="onward publish" busy={busy} onClick={() => void publish()}>
          {t('review.publish')}
        </Button>
      </footer>
      <GuestAccount open={joining} onClose={() => setJoining(false)} />
    </div>
  );
}

/** A date of a series says so, and where all of them are published together. */
function OneOfSeveral({ event }: { event: string }) {
  const { t } = useWords();
  const standing = useQuery({ queryKey: ['series', event], queryFn: () => seriesStanding(event), retry: false });
  const all = standing.data?.dates.length ?? 0;
  if (all < 2) return null;
  return (
    <p className="soft">
      {t('series.oneOf', { n: all })} <Link to={`/dashboard/events/${event}#series`}>{t('series.see')}</Link>
    </p>
  );
}

function Checklist() {
  const { t } = useWords();
  const { store } = useDesk();
  const snapshot = useSnapshot();
  const { draft, publish, edits } = snapshot;
  const open = gaps(draft, publish, Object.keys(edits).length > 0);
  const own = useOwn();
  const clock = draft.timezone ?? own?.timezone;
  const past = isPast(draft.dateTime, clock, new Date());
  const timeless = hasNoClock(snapshot, own);
  const paid = (draft.priceCents ?? 0) > 0;
  return (
    <section className="checklist">
      {open.length === 0 ? (
        <p className="ready">
          <Check />
          {t('review.ready')}
        </p>
      ) : (
        <>
          <h3>{t('review.missing')}</h3>
          <ul>
            {open.map((gap) => (
              <li key={gap.field}>
                <button type="button" className="link" onClick={() => store.goTo(gap.stage)}>
                  {t('review.fix', { field: t(fieldKey(gap.field)) })}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {(past || paid || timeless) && (
        <>
          <h3>{t('review.warnings')}</h3>
          <ul className="soft">
            {timeless && (
              <li>
                {t('review.zone')}{' '}
                <button type="button" className="link" onClick={() => store.goTo(stageOf('timezone'))}>
                  {t('when.timezone.choose')}
                </button>
              </li>
            )}
            {past && <li>{t('when.past')}</li>}
            {paid && <li>{t('review.noStripe')}</li>}
          </ul>
        </>
      )}
    </section>
  );
}
