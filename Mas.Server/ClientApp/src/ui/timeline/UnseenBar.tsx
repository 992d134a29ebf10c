import { useMemo } from 'preact/hooks';
import { t } from '../../i18n';
import type { ChatWindow } from '../../state/chatWindow';
import { countLimit, NewSince } from '../../state/newSince';
import { useClient } from '../context';
import { Icon } from '../parts/Icon';

/** Says that the unread messages begin above what is in sight, and leads there: to the first, or to the first that is for the reader. */
export function UnseenBar({ window, reveal }: { window: ChatWindow; reveal: (key: string) => void }) {
  const { store } = useClient();
  const newSince = useMemo(() => new NewSince(window), [window]);
  const marker = window.marker.value;
  if (marker === null || window.markerMet.value === marker) return null;
  // Messages that arrive in view are read at once.
  void window.unread.value;
  const { count, firstMention } = newSince.count(marker, store);
  if (count === 0) return null;
  return (
    <div class="unseen">
      <button type="button" class="unseen-jump" onClick={() => reveal('new')}>
        <Icon name="up" size={16} />
        {t('timeline.unseen', { count: count < countLimit ? count : `${countLimit - 1}+` })}
      </button>
      {!window.isDirect && firstMention !== null && (
        <button type="button" class="unseen-mention" onClick={() => reveal(`m${firstMention}`)}>
          {t('timeline.unseen.mention')}
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={t('common.dismiss')}
        title={t('common.dismiss')}
        onClick={() => (window.markerMet.value = marker)}
      >
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}
