/** Other programs that are told what happens: made, tried, switched off, and what each was told. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import { asFailure } from '../api/failure';
import { addWebhook, deliveries, pingWebhook, removeWebhook, replay, switchWebhook, webhooks, type Delivery, type Webhook } from '../api/webhooks';
import { RequireUser } from '../auth';
import { useWords, type Key, type Translate } from '../i18n';
import { dated } from '../i18n/regional';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { Check } from '../ui/Check';
import { CopyButton } from '../ui/CopyButton';
import { Dialog } from '../ui/Dialog';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';
import { Shell } from '../ui/Shell';
import { useTitle } from '../ui/useTitle';
import { Waiting } from '../ui/Waiting';

export default function Webhooks() {
  return <RequireUser>{() => <WebhooksPage />}</RequireUser>;
}

function WebhooksPage() {
  const { t } = useWords();
  useTitle(t('hooks.title'));
  const cache = useQueryClient();
  const found = useQuery({ queryKey: ['webhooks'], queryFn: webhooks, staleTime: 0 });
  const [note, setNote] = useState<{ tone: 'good' | 'bad'; text: string } | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const again = () => {
    void cache.invalidateQueries({ queryKey: ['webhooks'] });
    void cache.invalidateQueries({ queryKey: ['deliveries'] });
  };
  const change = async (work: () => Promise<unknown>, done: string | null) => {
    try {
      await work();
      setNote(done ? { tone: 'good', text: done } : null);
    } catch (thrown) {
      setNote({ tone: 'bad', text: failureWords(asFailure(thrown), t) });
    }
    again();
  };
  const add = async (url: string, kinds: string[]) => {
    setSecret((await addWebhook(url, kinds)).secret);
    setNote(null);
    again();
  };
  return (
    <Shell>
      <header className="page-head">
        <div>
          <h1>{t('hooks.title')}</h1>
          <p className="soft">{t('hooks.text')}</p>
        </div>
        <Link className="button plain" to="/settings">{t('settings.title')}</Link>
      </header>
      {note && <Banner tone={note.tone}>{note.text}</Banner>}
      {secret && (
        <section className="card stack" role="status">
          <p>{t('hooks.secret')}</p>
          <p className="url">{secret}</p>
          <div className="row">
            <CopyButton key={secret} text={secret} words="hooks.copy" done="hooks.copied" />
          </div>
        </section>
      )}
      {found.isPending && <Waiting lines={3} />}
      {found.isError && (
        <Banner tone="bad" action={<Button onClick={() => void found.refetch()}>{t('app.retry')}</Button>}>
          {failureWords(asFailure(found.error), t)}
        </Banner>
      )}
      {found.data?.webhooks.length === 0 && <p className="soft">{t('hooks.empty')}</p>}
      {found.data?.webhooks.map((one) => (
        <One key={one.id} webhook={one} onChange={change} />
      ))}
      {found.data && <Add kinds={found.data.kinds} onAdd={add} />}
    </Shell>
  );
}

function Add({ kinds, onAdd }: { kinds: string[]; onAdd: (url: string, kinds: string[]) => Promise<void> }) {
  const { t } = useWords();
  const [url, setUrl] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const turn = (kind: string) => setChosen(chosen.includes(kind) ? chosen.filter((one) => one !== kind) : [...chosen, kind]);
  const add = (submitted: FormEvent) => {
    submitted.preventDefault();
    if (!/^https?:\/\/\S+$/.test(url.trim())) return setTrouble(t('hooks.url.wrong'));
    setBusy(true);
    onAdd(url.trim(), [...chosen])
      .then(() => {
        setUrl('');
        setChosen([]);
        setTrouble(null);
      })
      .catch((thrown: unknown) => {
        const failure = asFailure(thrown);
        setTrouble(failure.fields.url ? t('hooks.url.bad') : failureWords(failure, t));
      })
      .finally(() => setBusy(false));
  };
  return (
    <form className="card stack" onSubmit={add} aria-labelledby="hook-new" noValidate>
      <h2 id="hook-new">{t('hooks.new')}</h2>
      <Field label={t('hooks.url')} hint={t('hooks.url.hint')} error={trouble}>
        {(control) => <input {...control} type="url" value={url} onChange={(typed) => setUrl(typed.target.value)} />}
      </Field>
      <fieldset className="checks">
        <legend>{t('hooks.kinds')}</legend>
        {kinds.map((kind) => (
          <Check key={kind} checked={chosen.includes(kind)} onChange={() => turn(kind)}>
            {kindWords(kind, t)}
          </Check>
        ))}
      </fieldset>
      <Button type="submit" look="primary" busy={busy}>{t('hooks.add')}</Button>
    </form>
  );
}

interface OneProps {
  webhook: Webhook;
  onChange: (work: () => Promise<unknown>, done: string | null) => Promise<void>;
}

function One({ webhook, onChange }: OneProps) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const { id } = webhook;
  const change = (work: () => Promise<unknown>, done: string | null) => void onChange(work, done);
  const state: Key = webhook.enabled ? 'hooks.on' : webhook.disabledBecause === 'gone' ? 'hooks.gone' : 'hooks.off';
  return (
    <section className="card stack" aria-label={webhook.url}>
      <p className="url">{webhook.url}</p>
      <p className="soft">
        {t(state)} · {webhook.kinds.length === 0 ? t('hooks.all') : webhook.kinds.map((kind) => kindWords(kind, t)).join(', ')}
      </p>
      <div className="row">
        <Button onClick={() => change(() => pingWebhook(id), t('hooks.pinged'))}>{t('hooks.ping')}</Button>
        <Button onClick={() => change(() => switchWebhook(id, !webhook.enabled), null)}>{t(webhook.enabled ? 'hooks.stop' : 'hooks.start')}</Button>
        <Button onClick={() => setOpen(!open)} aria-expanded={open}>{t('hooks.log')}</Button>
        <Button look="quiet" onClick={() => setLeaving(true)}>{t('codes.remove')}</Button>
      </div>
      {open && <Log webhook={id} onReplay={(delivery) => change(() => replay(id, delivery), t('hooks.pinged'))} />}
      <Dialog open={leaving} onClose={() => setLeaving(false)} title={t('hooks.remove')} text={t('hooks.remove.text')}>
        <p className="url">{webhook.url}</p>
        <div className="row dialog-foot">
          <Button look="danger" onClick={() => { setLeaving(false); change(() => removeWebhook(id), t('hooks.removed')); }}>{t('codes.remove')}</Button>
          <Button onClick={() => setLeaving(false)}>{t('app.cancel')}</Button>
        </div>
      </Dialog>
    </section>
  );
}

/** The kinds that this page has words for; a newer server may know more. */
const KINDS = new Set(['event.published', 'event.changed', 'event.cancelled', 'order.paid', 'order.refunded', 'order.cancelled', 'ticket.checked_in', 'webhook.ping']);
const kindWords = (kind: string, t: Translate) => (KINDS.has(kind) ? t(`hooks.kind.${kind}` as Key) : kind);

function Log({ webhook, onReplay }: { webhook: string; onReplay: (delivery: string) => void }) {
  const { t, lang } = useWords();
  const found = useQuery({ queryKey: ['deliveries', webhook], queryFn: () => deliveries(webhook), staleTime: 0 });
  if (found.isPending) return <Waiting lines={2} />;
  if (found.isError) return <Banner tone="bad">{failureWords(asFailure(found.error), t)}</Banner>;
  const when = (one: Delivery) => new Date(one.createdAt).toLocaleString(dated(lang), { dateStyle: 'medium', timeStyle: 'short' });
  const outcome = (one: Delivery) => [t(`hooks.state.${one.status}` as Key), one.lastStatus ?? one.lastError, t('hooks.tries', { n: one.attempts })];
  if (found.data.deliveries.length === 0) return <p className="soft">{t('hooks.none')}</p>;
  return (
    <ul className="guests">
      {found.data.deliveries.map((one) => (
        <li key={one.id} className="guest">
          <div>
            <strong>{kindWords(one.kind, t)}</strong>
            <p className="soft">{[when(one), ...outcome(one)].filter(Boolean).join(' · ')}</p>
          </div>
          <Button look="quiet" aria-label={`${t('hooks.replay')}: ${kindWords(one.kind, t)}, ${when(one)}`} onClick={() => onReplay(one.id)}>{t('hooks.replay')}</Button>
        </li>
      ))}
    </ul>
  );
}
