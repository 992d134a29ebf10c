import { type TextKey, t } from '../../i18n';
import { controlKey } from '../keys';
import { Dialog } from '../parts/Dialog';

const sections: readonly (readonly [TextKey, readonly (readonly [keys: string, text: TextKey])[]])[] = [
  [
    'keys.general',
    [
      ['Ctrl K', 'keys.palette'],
      ['?', 'keys.help'],
      ['Ctrl ,', 'keys.settings'],
      ['F6', 'keys.regions'],
      ['A…Z', 'keys.focus'],
    ],
  ],
  [
    'keys.windows',
    [
      ['Alt ↑ ↓', 'keys.next'],
      ['Alt Shift ↑ ↓', 'keys.unread'],
      ['Alt G', 'keys.grid'],
      ['Esc', 'keys.full'],
      ['Alt M', 'keys.members'],
      ['PgUp PgDn', 'keys.page'],
      ['Alt Home', 'keys.unseen'],
      ['Alt End', 'keys.latest'],
    ],
  ],
  [
    'keys.writing',
    [
      ['Enter', 'keys.send'],
      ['Shift Enter', 'keys.newline'],
      ['↑', 'keys.editLast'],
      ['Ctrl ↑ ↓', 'keys.history'],
      ['Tab', 'keys.complete'],
    ],
  ],
];

export function KeysDialog() {
  return (
    <Dialog title={t('keys.title')} class="wide">
      <div class="keys" tabIndex={0} role="group" aria-label={t('keys.title')}>
        {sections.map(([title, entries]) => (
          <section key={title}>
            <h3>{t(title)}</h3>
            <dl>
              {entries.map(([keys, text]) => (
                <div key={text} class="key-row">
                  <dt>
                    {keys.split(' ').map(key => (
                      <kbd key={key}>{key === 'Ctrl' ? controlKey : key}</kbd>
                    ))}
                  </dt>
                  <dd>{t(text)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
