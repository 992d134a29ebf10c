import type { Candidate, Completion } from '../../composer/completion';
import { t } from '../../i18n';

interface ListProps {
  id: string;
  completion: Completion;
  chosen: number;
  choose: (item: Candidate) => void;
}

/** Suggestions for the text at the caret. The text field keeps the focus. */
export function CompletionList({ id, completion, chosen, choose }: ListProps) {
  return (
    <>
      <div class="completion" id={`${id}-list`} role="listbox" aria-label={t('compose.suggestions')}>
        {completion.items.map((item, index) => (
          <div
            key={item.label}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            class="completion-item"
            // Keep the focus in the text until the click is handled.
            onMouseDown={event => {
              event.preventDefault();
              choose(item);
            }}
          >
            <span class="completion-label">{item.label}</span>
            {item.detail && <span class="completion-detail">{item.detail}</span>}
          </div>
        ))}
      </div>
      <span class="hidden" role="status">
        {t('compose.suggested', { count: completion.items.length })}
      </span>
    </>
  );
}
