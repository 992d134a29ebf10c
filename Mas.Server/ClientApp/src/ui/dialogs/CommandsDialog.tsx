import { t } from '../../i18n';
import { helpAskedBy } from '../composer/commands';
import { Dialog } from '../parts/Dialog';

export function CommandsDialog({ text, irc }: { text: string; irc: boolean }) {
  const commands = helpAskedBy(text, irc) ?? [];
  return (
    <Dialog title={t('help.title')} class="wide">
      <div class="keys commands" tabIndex={0} role="group" aria-label={t('help.title')}>
        <dl>
          {commands.map(({ name, usage, help }) => (
            <div key={name} class="key-row">
              <dt>
                <code>{usage}</code>
              </dt>
              <dd>{help}</dd>
            </div>
          ))}
        </dl>
      </div>
      {commands.length > 1 && (
        <p class="muted">
          {t('help.slashes')} {irc && t('help.irc')}
        </p>
      )}
    </Dialog>
  );
}
