/** What was said, newest last and in sight. A reply is announced once, whole, and not letter by letter. */
import { useRenderToolCall } from '@copilotkit/react-core/v2/headless';
import { useEffect, useRef, type ComponentProps, type ReactNode } from 'react';
import { useWords, type Key } from '../i18n';
import { tied } from '../i18n/spoken';

type ToolCall = Parameters<ReturnType<typeof useRenderToolCall>>[0]['toolCall'];
type ToolMessage = Parameters<ReturnType<typeof useRenderToolCall>>[0]['toolMessage'];

interface Message {
  id: string;
  role: string;
  content?: unknown;
  toolCalls?: ToolCall[];
  toolCallId?: string;
}

export function Log({ messages, running }: { messages: readonly Message[]; running: boolean }) {
  const { t, lang } = useWords();
  const render = useRenderToolCall();
  const box = useRef<HTMLDivElement>(null);
  const visible = messages.filter((one) => (one.role === 'user' || one.role === 'assistant') && (textOf(one) || one.toolCalls?.length));
  const last = visible.at(-1);
  const size = visible.reduce((sum, one) => sum + textOf(one).length + (one.toolCalls?.length ?? 0), 0);
  const role = last?.role;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const show = () => {
      // A long answer is read from its beginning; a question is shown with what answers it.
      const newest = element.querySelector<HTMLElement>('.said:last-of-type');
      const long = newest && role === 'assistant' && newest.offsetHeight > element.clientHeight - 48 && !newest.querySelector('.confirm button');
      element.scrollTop = long ? newest.offsetTop - 8 : element.scrollHeight;
    };
    show();
    // The replies that are suggested below come later, and take their place from what is shown.
    const sizes = new ResizeObserver(show);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [size, running, role]);

  const shownOf = (message: Message): string => {
    const key = lang !== 'en' && message.role === 'user' ? pressed(textOf(message)) : null;
    return key ? t(key) : textOf(message);
  };
  const reply = !running && last?.role === 'assistant' ? textOf(last).replaceAll('**', '') : '';
  return (
    <>
      <div className="log" role="log" aria-live="off" aria-label={t('chat.log')} aria-busy={running} tabIndex={0} ref={box}>
        {visible.map((message) =>
          isForm(message) ? (
          <p key={message.id} className="said-note">{t('chat.form')}</p>
          ) : (
          <div key={message.id} className={`said ${message.role}`}>
            <span className="unseen">{t(message.role === 'user' ? 'chat.you' : 'chat.bot')}: </span>
            {textOf(message) && <Bubble text={shownOf(message)} />}
            {message.toolCalls?.filter((call) => !isOutdone(call, messages)).map((call) => render({ toolCall: call, toolMessage: resultOf(messages, call.id) }))}
          </div>
          ),
        )}
        {running && last?.role === 'user' && (
          <p className="thinking">
            <i />
            <i />
            <i />
            <span className="unseen">{t('chat.thinking')}</span>
          </p>
        )}
      </div>
      <p className="unseen" role="status">
        {running ? t('chat.thinking') : reply}
      </p>
    </>
  );
}

/** A question about publishing that was asked again since, and never answered: one question stands, not two. */
export function isOutdone(call: Pick<ToolCall, 'id'> & { function: { name: string } }, messages: readonly Message[]): boolean {
  if (call.function.name !== 'confirm_publish' || resultOf(messages, call.id)) return false;
  const asked = messages.flatMap((one) => one.toolCalls ?? []).filter((one) => one.function.name === 'confirm_publish');
  return asked.at(-1)?.id !== call.id;
}

/** What was filled in beside the conversation stands in it as a list of fields, for those who ask a model; people read that it was. */
export function isForm(message: Message): boolean {
  return message.role === 'user' && /^\(a form: [\w, ]*\)$/.test(textOf(message));
}

const PRESSED: Record<string, Key> = {
  'Yes, do it.': 'chat.pressed.yes',
  // As it was kept before, whatever had been asked.
  'Yes, publish it.': 'chat.pressed.yes',
  'Not yet.': 'chat.confirm.no',
  'Publish it.': 'chat.chip.publish',
  '(a choice)': 'chat.picked',
};

/** What was pressed and not typed is kept in English; people read the words that stood on it. */
export const pressed = (text: string): Key | null => PRESSED[text] ?? null;

function resultOf(messages: readonly Message[], id: string): ToolMessage {
  return messages.find((one) => one.role === 'tool' && one.toolCallId === id) as ToolMessage;
}

function textOf(message: Message): string {
  return typeof message.content === 'string' ? message.content.trim() : '';
}

/** Plain paragraphs and lists; anything else in the text is shown as it is written. */
export function Bubble({ text }: { text: string }) {
  const blocks: ReactNode[] = [];
  let list: string[] = [];
  const close = () => {
    if (list.length > 0) blocks.push(<List key={blocks.length} lines={list} />);
    list = [];
  };
  for (const line of text.split('\n')) {
    const item = /^\s*(?:[-*•]|\d{1,2}[.)])\s+(.*)$/.exec(line);
    if (item) list.push(line.trim().replace(/^[-*•]\s+/, ''));
    else {
      close();
      if (line.trim()) blocks.push(<p key={blocks.length} dir="auto"><Strong text={line} /></p>);
    }
  }
  close();
  return <div className="bubble">{blocks}</div>;
}

function List({ lines }: { lines: string[] } & ComponentProps<'ul'>) {
  return (
    <ul>
      {lines.map((line, index) => (
        <li key={index} dir="auto">
          <Strong text={line} />
        </li>
      ))}
    </ul>
  );
}

function Strong({ text }: { text: string }) {
  return text.split(/(\*\*[^*]+\*\*)/).map((part, index) => (part.startsWith('**') && part.endsWith('**') && part.length > 4 ? <strong key={index}>{tied(part.slice(2, -2))}</strong> : tied(part)));
}
