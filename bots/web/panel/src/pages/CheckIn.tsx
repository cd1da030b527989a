/** The door of an event on a phone: a camera, a field for codes, and what became of each scan. */
import { useState, type FormEvent } from 'react';
import { Link, useParams } from 'react-router';
import { LINK } from '../api/sales';
import { RequireUser } from '../auth';
import type { Verdict } from '../door/queue';
import { useCamera } from '../door/useCamera';
import { useDoor } from '../door/useDoor';
import { useWords, type Key } from '../i18n';
import { dated } from '../i18n/regional';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Shell } from '../ui/Shell';
import { useMedia } from '../ui/useMedia';
import { useTitle } from '../ui/useTitle';
import { Waiting } from '../ui/Waiting';
import { NotFound } from './NotFound';

const DOOR = 'eventos.doorName';

export default function CheckIn() {
  const { event = '' } = useParams();
  return <RequireUser>{() => <DoorPage key={event} event={event} />}</RequireUser>;
}

/** The same for whoever has the link of a door; they need no account. */
export function CheckInByLink() {
  const { token = '' } = useParams();
  return <DoorPage key={token} event={LINK + token} />;
}

function DoorPage({ event }: { event: string }) {
  const { t } = useWords();
  useTitle(t('door.title'));
  const [place, setPlace] = useState(() => localStorage.getItem(DOOR) ?? '');
  const door = useDoor(event, place);
  const narrow = useMedia('(max-width: 45rem)');
  const [camera, setCamera] = useState(false);
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const { video, state } = useCamera(camera, (code) => door.scan(code, 'camera'));
  if (door.missing) return <NotFound title={t('event.missing')} />;
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault();
    const read = door.scan(text, 'hand');
    setWrong(!read);
    if (read) setText('');
  };
  const first = door.verdicts[0];
  // On a phone the newest answer stands where one looks, and not below everything else.
  const above = narrow && first;
  const said = (verdict: Verdict) => <Said verdict={verdict} onUndo={() => door.scan(verdict.code, 'undo')} />;
  return (
    <Shell>
      <header className="page-head">
        <div>
          <h1>{door.name || t('door.title')}</h1>
          <p className="soft" role="status">
            {t('door.inside', { inside: door.inside, total: door.total })}
          </p>
        </div>
        {!event.startsWith(LINK) && <Link className="button plain" to={`/dashboard/events/${event}`}>{t('sales.back')}</Link>}
      </header>
      {!door.online && (
        <Banner tone="warn">
          {door.ready ? t('door.offline') : t('door.offline.empty')} {door.waiting > 0 && t('door.waiting', { n: door.waiting })}
        </Banner>
      )}
      {!door.kept && <Banner tone="bad">{t('door.notKept')}</Banner>}
      {!door.ready && door.online && <Waiting lines={2} />}
      <div className="door-grid">
        <section className="card door-scan" aria-labelledby="scan">
          <h2 id="scan">{t('door.scan')}</h2>
          {above && said(first)}
          {camera && <video ref={video} className="door-video" muted playsInline aria-label={t('door.picture')} />}
          {(state === 'denied' || state === 'missing') && <Banner tone="warn">{t(`door.camera.${state}`)}</Banner>}
          <Button look={camera ? 'plain' : 'primary'} onClick={() => setCamera(!camera)}>
            {t(camera ? 'door.camera.stop' : 'door.camera.start')}
          </Button>
          <form className="stack" onSubmit={submit}>
            <Field label={t('door.code')} hint={t('door.code.hint')} error={wrong ? t('door.code.wrong') : null}>
              {(control) => (
                <input {...control} value={text} onChange={(typed) => setText(typed.target.value)} autoCapitalize="characters" autoComplete="off" spellCheck={false} />
              )}
            </Field>
            <Button type="submit">{t('door.check')}</Button>
          </form>
          <Field label={t('door.place')} hint={t('door.place.hint')}>
            {(control) => (
              <input
                {...control}
                value={place}
                maxLength={60}
                onChange={(typed) => {
                  setPlace(typed.target.value);
                  localStorage.setItem(DOOR, typed.target.value);
                }}
              />
            )}
          </Field>
        </section>
        <section className="door-said" aria-labelledby="said">
          <h2 id="said">{t('door.last')}</h2>
          <div role="status" aria-live="assertive" className="unseen">
            {first && `${t(`door.result.${first.result}` as Key)} ${first.name ?? ''}`}
          </div>
          {door.verdicts.length === 0 && <p className="soft">{t('door.none')}</p>}
          <ul className="stack">
            {door.verdicts.slice(above ? 1 : 0).map((verdict) => (
              <li key={verdict.id}>{said(verdict)}</li>
            ))}
          </ul>
        </section>
      </div>
    </Shell>
  );
}

function Said({ verdict, onUndo }: { verdict: Verdict; onUndo: () => void }) {
  const { t, lang } = useWords();
  const good = verdict.result === 'admitted' || verdict.result === 'undone';
  const time = verdict.firstAt && new Date(verdict.firstAt).toLocaleTimeString(dated(lang), { timeStyle: 'short' });
  return (
    <div className={`card verdict ${good ? 'good' : 'bad'}`}>
      <p className="verdict-word">{t(`door.result.${verdict.result}` as Key)}</p>
      <p>
        {verdict.name ?? verdict.code}
        {verdict.kind && ` · ${verdict.kind}`}
      </p>
      {verdict.result === 'already' && time && (
        <p>{verdict.firstDoor ? t('door.before.at', { time, door: verdict.firstDoor }) : t('door.before', { time })}</p>
      )}
      {verdict.provisional && <p className="soft">{t('door.provisional')}</p>}
      {verdict.conflict && <p className="field-error">{t('door.conflict')}</p>}
      {verdict.result === 'admitted' && !verdict.provisional && (
        <button type="button" className="link" onClick={onUndo}>
          {t('door.undo')}
        </button>
      )}
    </div>
  );
}
