import { useState } from 'preact/hooks';
import { statusText, t } from '../../i18n';
import type { ChatWindow } from '../../state/chatWindow';
import { closeDialog } from '../../state/view';
import { parseInlines } from '../../text/markup';
import { stripFormatting } from '../../text/mirc';
import { useClient } from '../context';
import { Dialog } from '../parts/Dialog';
import { Field, Switch } from '../parts/Field';
import { Inlines } from '../timeline/Body';

export function DetailsDialog({ window }: { window: ChatWindow }) {
  const client = useClient();
  const [topic, setTopic] = useState(stripFormatting(window.topic.value));
  const [password, setPassword] = useState(window.password.value);
  const [error, setError] = useState<string | undefined>();
  const save = async (event: Event) => {
    event.preventDefault();
    const changes = [];
    if (topic !== stripFormatting(window.topic.value))
      changes.push({ type: 'UPDATE_TOPIC', windowId: window.id, topic });
    if (password !== window.password.value) changes.push({ type: 'UPDATE_PASSWORD', windowId: window.id, password });
    for (const change of changes) {
      const ack = await client.request(change);
      if (ack.status !== 'OK') {
        setError(statusText(ack.status, ack.errorMsg));
        return;
      }
    }
    closeDialog();
  };
  return (
    <Dialog title={t('details.title', { name: client.store.title(window) })}>
      <form class="form" onSubmit={event => void save(event)}>
        {window.topic.value !== '' && (
          <p class="details-topic" dir="auto">
            <Inlines inlines={parseInlines(window.topic.value)} network={window.network} />
          </p>
        )}
        <Field label={t('details.topic')} value={topic} onInput={setTopic} error={error} maxLength={1000} />
        {window.mayModerate && (
          <Field
            label={t('details.password')}
            value={password}
            onInput={setPassword}
            type="password"
            autocomplete="off"
            hint={t('details.password.hint')}
          />
        )}
        <fieldset class="group">
          <legend>{t('details.notifications')}</legend>
          <Switch
            label={t('details.sounds')}
            checked={window.sounds.value}
            onChange={sounds => void client.updateWindow(window, { sounds })}
          />
          <Switch
            label={t('details.titleAlert')}
            checked={window.titleAlert.value}
            onChange={titleAlert => void client.updateWindow(window, { titleAlert })}
          />
        </fieldset>
        <div class="dialog-foot">
          <button type="button" class="button" onClick={closeDialog}>
            {t('common.cancel')}
          </button>
          <button type="submit" class="button primary">
            {t('common.save')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
