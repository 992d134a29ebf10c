import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { ChatWindow } from '../../state/chatWindow';
import { useClient } from '../context';

/** Who is typing. The line keeps its place, so that nothing jumps. */
export function TypingLine({ window }: { window: ChatWindow }) {
  const { store } = useClient();
  const [now, setNow] = useState(Date.now());
  const typing = window.typing.value;
  useEffect(() => {
    if (typing.size === 0) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [typing]);
  const names = [...typing].filter(([, until]) => until > now).map(([userId]) => store.nick(userId, window.network));
  const [name, other] = names;
  const text =
    names.length === 0
      ? ''
      : names.length === 1
        ? t('timeline.typing.one', { name: name! })
        : names.length === 2
          ? t('timeline.typing.two', { name: name!, other: other! })
          : t('timeline.typing.many');
  return (
    <div class="typing">
      {text !== '' && (
        <span class="typing-dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
      )}
      <span>{text}</span>
    </div>
  );
}
