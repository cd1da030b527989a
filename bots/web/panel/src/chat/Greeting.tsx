/** What the assistant shows before the first word: what it is for, and an example that can be pressed. */
import { useWords } from '../i18n';
import { spoken } from '../i18n/spoken';
import { Spark } from '../ui/icons';
import { useDesk } from '../wizard/desk';

export function Greeting({ onExample, waiting = false }: { onExample: ((text: string) => void) | null; waiting?: boolean }) {
  const { t } = useWords();
  const { live } = useDesk();
  const examples = live ? [t('talk.example.1'), t('talk.example.2'), t('talk.example.3')] : [t('chat.example.1'), t('chat.example.2'), t('chat.example.3')];
  return (
    <div className="greeting" aria-busy={waiting}>
      <span className="greeting-mark" aria-hidden="true">
        <Spark />
      </span>
      <p>{t(live ? 'talk.hello' : 'chat.hello')}</p>
      {onExample && (
        <ul className="examples" aria-label={t('chat.examples')}>
          {examples.map((example) => (
            <li key={example}>
              <button type="button" onClick={() => onExample(spoken(example))}>
                {example}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
