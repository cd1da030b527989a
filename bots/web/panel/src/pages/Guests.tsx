/** The sales of one event: figures and pictures, the guests, money back, and a word to all of them. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { asFailure } from '../api/failure';
import { eventById } from '../api/rows';
import { guestFile, guests, refund, sendAgain, summary, type Guest, type Summary } from '../api/sales';
import { RequireUser } from '../auth';
import { money, toMajor, toMinor } from '../draft/money';
import { useWords, type Key } from '../i18n';
import { DoorLinks } from '../sales/DoorLinks';
import { LetterToAll } from '../sales/LetterToAll';
import { Line } from '../sales/Line';
import { Questions } from '../sales/Questions';
import { Days, Funnel } from '../sales/Charts';
import { Codes } from '../sales/Codes';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Figures } from '../ui/Figures';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';
import { Shell } from '../ui/Shell';
import { useSettled } from '../ui/useSettled';
import { useTitle } from '../ui/useTitle';
import { Waiting } from '../ui/Waiting';
import { NotFound } from './NotFound';

const PAGE = 100;
const STATES = ['', 'valid', 'used', 'held', 'cancelled'] as const;

export default function Guests() {
  const { id = '' } = useParams();
  return <RequireUser>{() => <Sales key={id} event={id} />}</RequireUser>;
}

function Sales({ event }: { event: string }) {
  const { t } = useWords();
  useTitle(t('sales.title'));
  const row = useQuery({ queryKey: ['event', event], queryFn: () => eventById(event) }).data;
  const figures = useQuery({ queryKey: ['sales', event], queryFn: () => summary(event), staleTime: 0 });
  if (figures.isPending) return <Shell><Waiting page shape="head" /></Shell>;
  if (figures.isError) {
    const failure = asFailure(figures.error);
    if (failure.kind === 'missing' || failure.kind === 'invalid') return <NotFound title={t('event.missing')} />;
    return (
      <Shell>
        <Banner tone="bad" action={<Button onClick={() => void figures.refetch()}>{t('app.retry')}</Button>}>
          {failureWords(failure, t)}
        </Banner>
      </Shell>
    );
  }
  return (
    <Shell>
      <header className="page-head">
        <div>
          <h1>{t('sales.title')}</h1>
          {row?.name && <p className="soft" dir="auto">{row.name}</p>}
        </div>
        <div className="row">
          <Link className="button plain" to={`/dashboard/events/${event}`}>{t('sales.back')}</Link>
          <Link className="button primary" to={`/checkin/${event}`}>{t('sales.door')}</Link>
        </div>
      </header>
      <Sums summary={figures.data} free={row?.price_cents === 0 && figures.data.kinds.length < 2} />
      <List event={event} summary={figures.data} />
      <Line event={event} />
      <Codes event={event} currency={figures.data.currency} />
      <Questions event={event} />
      <DoorLinks event={event} />
      <LetterToAll event={event} count={figures.data.funnel.kept} />
    </Shell>
  );
}

function Sums({ summary, free }: { summary: Summary; free: boolean }) {
  const { t, lang } = useWords();
  const cash = (cents: number) => money(cents, summary.currency, lang);
  const net = summary.grossCents - summary.refundedCents - summary.feeCents;
  const sold = summary.capacity ? t('sales.ofSeats', { n: summary.sold, all: summary.capacity }) : String(summary.sold);
  const seats: [Key, string][] = [
    ['sales.sold', sold],
    ['sales.checkedIn', String(summary.checkedIn)],
  ];
  const taken: [Key, string][] = [
    ['sales.gross', cash(summary.grossCents)],
    ['sales.refunded', cash(summary.refundedCents)],
    ['sales.fees', cash(summary.feeCents)],
    ['sales.net', cash(net)],
  ];
  // What never cost anything has nothing to tell of money.
  const rows = free && summary.grossCents === 0 ? seats : [...seats, ...taken];
  return (
    <>
      {summary.disputed > 0 && <Banner tone="warn">{t('sales.disputed', { n: summary.disputed })}</Banner>}
      <section className="card" aria-label={t('sales.figures')}>
        <Figures rows={rows} />
      </section>
      <div className="event-grid">
        <section className="card" aria-labelledby="days">
          <h2 id="days">{t('sales.days')}</h2>
          <Days summary={summary} />
        </section>
        <section className="card" aria-labelledby="funnel">
          <h2 id="funnel">{t('sales.funnel')}</h2>
          <Funnel summary={summary} />
        </section>
      </div>
    </>
  );
}

function List({ event, summary }: { event: string; summary: Summary }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [typed, setTyped] = useState('');
  const search = useSettled(typed.trim());
  const [status, setStatus] = useState<(typeof STATES)[number]>('');
  const [skip, setSkip] = useState(0);
  const [note, setNote] = useState<{ tone: 'good' | 'bad'; text: string } | null>(null);
  const [giving, setGiving] = useState<Guest | null>(null);
  const found = useQuery({
    queryKey: ['guests', event, search, status, skip],
    queryFn: () => guests(event, search, status, skip),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const again = () => {
    void cache.invalidateQueries({ queryKey: ['guests', event] });
    void cache.invalidateQueries({ queryKey: ['sales', event] });
  };
  const attempt = (work: Promise<unknown>, done: string) =>
    work.then(
      () => setNote({ tone: 'good', text: done }),
      (thrown: unknown) => setNote({ tone: 'bad', text: failureWords(asFailure(thrown), t) }),
    );
  const save = async () => {
    const url = URL.createObjectURL(await guestFile(event));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'guests.csv';
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <section className="card stack" aria-labelledby="guests">
      <div className="row between">
        <h2 id="guests">{t('sales.guests')}</h2>
        <Button onClick={() => void attempt(save(), t('sales.saved'))}>{t('sales.csv')}</Button>
      </div>
      <div className="pair">
        <Field label={t('sales.search')}>
          {(control) => (
            <input {...control} type="search" value={typed} onChange={(change) => { setTyped(change.target.value); setSkip(0); }} />
          )}
        </Field>
        <Field label={t('sales.status')}>
          {(control) => (
            <select {...control} value={status} onChange={(chosen) => { setStatus(chosen.target.value as (typeof STATES)[number]); setSkip(0); }}>
              {STATES.map((one) => (
                <option key={one} value={one}>{t(`sales.status.${one || 'all'}` as Key)}</option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {note && <Banner tone={note.tone}>{note.text}</Banner>}
      {found.isError && <Banner tone="bad">{failureWords(asFailure(found.error), t)}</Banner>}
      {found.isPending && <Waiting lines={3} />}
      {found.data && found.data.guests.length === 0 && <p className="soft">{t(search || status ? 'sales.nobody' : 'sales.noGuests')}</p>}
      {found.data && found.data.guests.length > 0 && (
        <ul className="guests">
          {found.data.guests.map((guest) => (
            <Row
              key={guest.ticketId}
              guest={guest}
              currency={summary.currency}
              onResend={(order) => void attempt(sendAgain(event, order), t('sales.resent', { email: guest.email ?? '' }))}
              onRefund={() => setGiving(guest)}
            />
          ))}
        </ul>
      )}
      {found.data && found.data.total > PAGE && (
        <div className="row">
          <Button disabled={skip === 0} onClick={() => setSkip(Math.max(0, skip - PAGE))}>{t('sales.earlier')}</Button>
          <Button disabled={skip + PAGE >= found.data.total} onClick={() => setSkip(skip + PAGE)}>{t('sales.later')}</Button>
        </div>
      )}
      {giving?.orderId && (
        <GiveBack
          guest={giving}
          currency={summary.currency}
          onClose={() => setGiving(null)}
          onGive={async (cents) => {
            await refund(event, giving.orderId ?? '', cents, giving.orderCents - giving.refundedCents);
            setGiving(null);
            setNote({ tone: 'good', text: t('sales.given') });
            again();
          }}
        />
      )}
    </section>
  );
}

interface RowProps {
  guest: Guest;
  currency: string | null;
  onResend: (order: string) => void;
  onRefund: () => void;
}

function Row({ guest, currency, onResend, onRefund }: RowProps) {
  const { t, lang } = useWords();
  const paid = guest.orderStatus === 'paid';
  const name = guest.name ?? guest.email ?? guest.code ?? '';
  // What is heard of a button begins with what is read on it.
  const back = t(guest.orderCents > 0 ? 'sales.refund' : 'sales.cancel');
  return (
    <li className="guest">
      <div>
        <strong>{name}</strong>
        <p className="soft">
          {[guest.email, guest.kind, guest.priceCents > 0 ? money(guest.priceCents, currency, lang) : null, guest.code].filter(Boolean).join(' · ')}
        </p>
        {guest.answers.map((said) => (
          <p className="soft" key={said.question}>{said.question} {said.answer}</p>
        ))}
      </div>
      <span className="tag">{t(`sales.ticket.${guest.status}` as Key)}</span>
      {paid && guest.orderId && (
        <div className="row">
          <Button look="quiet" aria-label={`${t('sales.resend')}: ${name}`} onClick={() => onResend(guest.orderId ?? '')}>{t('sales.resend')}</Button>
          <Button look="quiet" aria-label={`${back}: ${name}`} onClick={onRefund}>{back}</Button>
        </div>
      )}
    </li>
  );
}

interface GiveBackProps {
  guest: Guest;
  currency: string | null;
  onClose: () => void;
  onGive: (cents: number | null) => Promise<void>;
}

function GiveBack({ guest, currency, onClose, onGive }: GiveBackProps) {
  const { t, lang } = useWords();
  const left = guest.orderCents - guest.refundedCents;
  const [amount, setAmount] = useState(() => toMajor(left, currency));
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const cents = toMinor(amount, currency);
  const whole = left === 0 || cents === left;
  const give = () => {
    if (left > 0 && (cents === null || cents < 1 || cents > left)) {
      setError(t('sales.give.wrong', { most: money(left, currency, lang) }));
      return;
    }
    setBusy(true);
    onGive(whole ? null : cents).catch((thrown: unknown) => {
      setError(failureWords(asFailure(thrown), t));
      setBusy(false);
    });
  };
  return (
    <Dialog open onClose={onClose} title={t(left > 0 ? 'sales.give.title' : 'sales.cancel.title')} text={guest.name ?? guest.email}>
      <div className="stack">
        {left > 0 && (
          <Field label={t('sales.give.amount')} error={error} hint={t(whole ? 'sales.give.all' : 'sales.give.part')}>
            {(control) => <input {...control} inputMode="decimal" value={amount} onChange={(typed) => setAmount(typed.target.value)} />}
          </Field>
        )}
        {left === 0 && <p>{t('sales.give.all')}</p>}
        {left === 0 && error && <p className="field-error" role="alert">{error}</p>}
        <div className="row">
          <Button look="danger" busy={busy} onClick={give}>{t(left > 0 ? 'sales.give' : 'sales.cancel')}</Button>
          <Button onClick={onClose}>{t(left > 0 ? 'app.cancel' : 'chat.refund.no')}</Button>
        </div>
      </div>
    </Dialog>
  );
}
