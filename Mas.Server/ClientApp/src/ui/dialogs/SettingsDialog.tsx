import { useState } from 'preact/hooks';
import { languages, t } from '../../i18n';
import { allowDesktop } from '../../notify/notifier';
import { type ClientSettings, preferences } from '../../state/settings';
import { closeDialog } from '../../state/view';
import { useClient } from '../context';
import { Dialog } from '../parts/Dialog';
import { Choice, Field, Segmented, Switch } from '../parts/Field';
import { AccountSettings } from './AccountSettings';

type Tab = 'appearance' | 'notifications' | 'account';

/** Every change is saved at once and follows to other devices. */
export function SettingsDialog() {
  const [tab, setTab] = useState<Tab>('appearance');
  return (
    <Dialog title={t('set.title')} class="wide">
      <div class="settings">
        <Segmented<Tab>
          label={t('set.title')}
          value={tab}
          onChange={setTab}
          options={[
            ['appearance', t('set.appearance')],
            ['notifications', t('set.notifications')],
            ['account', t('set.account')],
          ]}
        />
        <div class="settings-body" tabIndex={0} role="group" aria-label={t(`set.${tab}`)}>
          {tab === 'appearance' ? <Appearance /> : tab === 'notifications' ? <Notifications /> : <AccountSettings />}
        </div>
        <div class="dialog-foot">
          <p class="field-hint">{t('set.everywhere')}</p>
          <button type="button" class="button primary" onClick={closeDialog}>
            {t('common.close')}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function useChange() {
  const client = useClient();
  return <K extends keyof ClientSettings>(name: K, value: ClientSettings[K]) => void client.set({ [name]: value });
}

function Appearance() {
  const change = useChange();
  const current = preferences.value;
  return (
    <>
      <Segmented
        label={t('set.theme')}
        value={current.theme}
        onChange={value => change('theme', value)}
        options={[
          ['system', t('set.theme.system')],
          ['light', t('set.theme.light')],
          ['dark', t('set.theme.dark')],
        ]}
      />
      <Segmented
        label={t('set.density')}
        value={current.density}
        onChange={value => change('density', value)}
        options={[
          ['comfortable', t('set.density.comfortable')],
          ['compact', t('set.density.compact')],
        ]}
      />
      <Segmented
        label={t('set.textSize')}
        value={current.textSize}
        onChange={value => change('textSize', value)}
        options={[
          ['small', t('set.textSize.small')],
          ['normal', t('set.textSize.normal')],
          ['large', t('set.textSize.large')],
          ['huge', t('set.textSize.huge')],
        ]}
      />
      <Segmented
        label={t('set.time')}
        value={current.timeFormat}
        onChange={value => change('timeFormat', value)}
        options={[
          ['auto', t('set.time.auto')],
          ['24', t('set.time.24')],
          ['12', t('set.time.12')],
        ]}
      />
      <Choice
        label={t('set.language')}
        value={current.language}
        onChange={value => change('language', value)}
        options={[['auto', t('set.language.auto')], ...Object.entries(languages)]}
      />
      <Switch
        label={t('set.fold')}
        checked={current.foldNoise === 'on'}
        onChange={on => change('foldNoise', on ? 'on' : 'off')}
      />
    </>
  );
}

function Notifications() {
  const change = useChange();
  const current = preferences.value;
  const [keywords, setKeywords] = useState(current.keywords);
  const [blocked, setBlocked] = useState(false);
  const desktop = async (on: boolean) => {
    const allowed = !on || (await allowDesktop());
    setBlocked(!allowed);
    change('desktopNotifications', on && allowed ? 'on' : 'off');
  };
  return (
    <>
      <Switch
        label={t('set.desktop')}
        checked={current.desktopNotifications === 'on'}
        onChange={on => void desktop(on)}
      />
      {blocked && (
        <p class="field-error" role="alert">
          {t('set.desktop.blocked')}
        </p>
      )}
      <Switch
        label={t('set.sound')}
        checked={current.soundNotifications === 'on'}
        onChange={on => change('soundNotifications', on ? 'on' : 'off')}
      />
      <form
        class="inline-form"
        onSubmit={event => {
          event.preventDefault();
          change('keywords', keywords);
        }}
      >
        <Field
          label={t('set.keywords')}
          value={keywords}
          onInput={setKeywords}
          hint={t('set.keywords.hint')}
          maxLength={500}
        />
        <button type="submit" class="button" disabled={keywords === current.keywords}>
          {keywords === current.keywords && keywords !== '' ? t('common.saved') : t('common.save')}
        </button>
      </form>
    </>
  );
}
