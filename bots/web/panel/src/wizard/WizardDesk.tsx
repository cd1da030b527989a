/**
 * The desk: the steps above, the form, and beside it the assistant and the preview (on a phone, behind tabs).
 * The assistant stays put when the stage changes; on the last stage it is folded away unless it was used.
 */
import * as Tabs from '@radix-ui/react-tabs';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { ChatPane } from '../chat/ChatPane';
import { useWords } from '../i18n';
import { Button } from '../ui/Button';
import { Back, Eye, Pencil, Spark } from '../ui/icons';
import { PersonMenu } from '../ui/Shell';
import { useMedia } from '../ui/useMedia';
import { useTitle } from '../ui/useTitle';
import { Banners } from './Banners';
import { DeskContext, useDesk, useSnapshot, type Desk } from './desk';
import { PagePreview } from './PagePreview';
import { SaveState } from './SaveState';
import { Stepper } from './Stepper';
import { Basics } from './stages/Basics';
import { Payments } from './stages/Payments';
import { Review } from './stages/Review';
import { Schedule } from './stages/Schedule';
import { Tickets } from './stages/Tickets';
import { Venue } from './stages/Venue';
import { useFollow } from './useFollow';

const FORMS = { 1: Basics, 2: Venue, 3: Schedule, 4: Tickets, 5: Payments, 6: Review } as const;
const WIDE = '(min-width: 62rem)';

export function WizardDesk({ desk }: { desk: Desk }) {
  return (
    <DeskContext.Provider value={desk}>
      <Frame />
    </DeskContext.Provider>
  );
}

function Frame() {
  const { t } = useWords();
  const { stage, turn, sessionId } = useSnapshot();
  const wide = useMedia(WIDE);
  const [pane, setPane] = useState('form');
  const last = stage === 6;
  const side = pane === 'preview' && !last ? 'preview' : 'chat';
  const current = wide ? side : last && pane === 'preview' ? 'form' : pane;
  useTitle(sessionId ? t('wizard.title.edit') : t('wizard.title'));
  useStageFocus(turn, () => setPane('form'));
  useFollow();
  const show = (next: string) => {
    setPane(next);
    if (!wide) window.scrollTo({ top: 0 });
  };
  const Form = FORMS[stage];
  return (
    <div className="wizard">
      <a className="skip" href="#main">
        {t('app.skip')}
      </a>
      <Top />
      <Banners />
      <main id="main" tabIndex={-1} className="desk-whole">
        <Tabs.Root className="desk" value={current} onValueChange={show} activationMode="manual">
          <Tabs.Content forceMount value="form" className="pane pane-form" tabIndex={-1} {...(wide ? { role: undefined, 'aria-labelledby': undefined } : {})}>
            <Form />
          </Tabs.Content>
          <section className="desk-side" aria-label={t('wizard.side')}>
            <Tabs.List className="desk-tabs" aria-label={t('wizard.panes')}>
              {!wide && (
                <Tabs.Trigger value="form">
                  <Pencil /> {t('wizard.pane.form')}
                </Tabs.Trigger>
              )}
              <Tabs.Trigger value="chat">
                <Spark /> {t('wizard.pane.chat')}
              </Tabs.Trigger>
              {!last && (
                <Tabs.Trigger value="preview">
                  <Eye /> {t('wizard.pane.preview')}
                </Tabs.Trigger>
              )}
            </Tabs.List>
            <Tabs.Content forceMount value="chat" className="pane pane-chat" tabIndex={-1}>
              <h2 className="unseen">{t('chat.title')}</h2>
              <ChatPane folded={last} />
            </Tabs.Content>
            {!last && (
              <Tabs.Content value="preview" className="pane pane-preview">
                <h2 className="unseen">{t('preview.title')}</h2>
                <PagePreview />
              </Tabs.Content>
            )}
          </section>
        </Tabs.Root>
      </main>
    </div>
  );
}

function Top() {
  const { t } = useWords();
  const { store } = useDesk();
  const { sessionId } = useSnapshot();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    await store.save();
    setBusy(false);
  };
  return (
    <header className="wizard-top">
      <div className="wizard-bar">
        <Link to="/dashboard" className="exit">
          <Back />
          <span>{t('wizard.exit')}</span>
        </Link>
        <h1>{sessionId ? t('wizard.title.edit') : t('wizard.title')}</h1>
        <SaveState />
        <Button className="save" busy={busy} onClick={() => void save()}>
          {t('wizard.saveDraft')}
        </Button>
        <PersonMenu />
      </div>
      <Stepper />
    </header>
  );
}

/** A stage that the organizer turned to begins at its heading, also for those who listen. */
function useStageFocus(turn: number, onTurn: () => void) {
  const before = useRef(turn);
  useEffect(() => {
    if (before.current === turn) return;
    before.current = turn;
    onTurn();
    // On a phone the form is shown first, and only then takes the focus.
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-stage-heading]')?.focus({ preventScroll: true }));
    window.scrollTo({ top: 0 });
  });
}
