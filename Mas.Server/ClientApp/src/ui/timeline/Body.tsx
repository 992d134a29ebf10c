import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { joinNamed } from '../../state/joining';
import { isEmojiOnly } from '../../text/emojiOnly';
import { isImage } from '../../text/links';
import { type Inline, parseBody } from '../../text/markup';
import { paletteColour, type Run, type TextStyle } from '../../text/mirc';
import { useClient } from '../context';
import { Icon } from '../parts/Icon';
import { copy } from './copy';

interface BodyProps {
  body: string;
  network: string;
  mentions: RegExp | null;
  children?: ComponentChildren;
}

/** More marks on one letter than any language sets. */
const towers = /\p{M}{4}/u;

/** A message's text. Every piece becomes a text node, never markup. */
export function drawBody({ body, network, mentions, children }: BodyProps) {
  const blocks = parseBody(body, { mentions });
  const className = `body ${isEmojiOnly(body) ? 'big' : ''} ${towers.test(body) ? 'tower' : ''}`;
  const [only] = blocks;
  // Most messages are one paragraph, which needs no element of its own.
  if (
    blocks.length === 1 &&
    only!.kind === 'paragraph' &&
    !children &&
    only!.inlines.every(inline => inline.kind !== 'link')
  ) {
    return (
      <div class={`${className} paragraph`} dir="auto">
        {drawInlines(only!.inlines, network)}
      </div>
    );
  }
  const images = blocks
    .flatMap(block => (block.kind === 'paragraph' ? block.inlines : []))
    .filter(inline => inline.kind === 'link' && isImage(inline.href));
  return (
    <div class={className} dir="auto">
      {blocks.map((block, index) =>
        block.kind === 'codeblock' ? (
          <CodeBlock key={index} text={block.text} language={block.language} />
        ) : (
          <span key={index} class="paragraph">
            {drawInlines(block.inlines, network)}
          </span>
        ),
      )}
      {children}
      {images.slice(0, 4).map((image, index) => image.kind === 'link' && <LinkedImage key={index} href={image.href} />)}
    </div>
  );
}

export function Inlines({ inlines, network }: { inlines: readonly Inline[]; network: string }) {
  return <>{drawInlines(inlines, network)}</>;
}

/** Not a component: each component costs a message as much as several elements. */
function drawInlines(inlines: readonly Inline[], network: string) {
  return inlines.flatMap((inline, index) => drawInline(inline, index, network));
}

function drawInline(inline: Inline, key: number, network: string) {
  switch (inline.kind) {
    case 'code':
      return (
        <code key={key} class="code">
          {inline.text}
        </code>
      );
    case 'link':
      return (
        <a key={key} href={inline.href} target="_blank" rel="noopener noreferrer">
          {drawRuns(inline.runs, key)}
        </a>
      );
    case 'channel':
      return <ChannelLink key={key} runs={inline.runs} name={inline.name} network={network} />;
    case 'mention':
      return (
        <mark key={key} class="mention">
          {drawRuns(inline.runs, key)}
        </mark>
      );
    default:
      return drawRuns(inline.runs, key);
  }
}

function ChannelLink({ runs, name, network }: { runs: readonly Run[]; name: string; network: string }) {
  const client = useClient();
  const target = network === 'MAS' ? name.slice(1) : name;
  return (
    <button type="button" class="link channel-link" onClick={() => void joinNamed(client, network, target)}>
      {drawRuns(runs, 0)}
    </button>
  );
}

function drawRuns(runs: readonly Run[], key: number) {
  return runs.map((run, index) => (isPlain(run.style) ? run.text : <StyledRun key={`${key}.${index}`} run={run} />));
}

function StyledRun({ run: { text, style } }: { run: Run }) {
  const classes = ['run'];
  for (const name of ['bold', 'italic', 'underline', 'strike', 'mono'] as const) if (style[name]) classes.push(name);
  const custom: Record<string, string> = {};
  for (const [name, value] of [
    ['fg', style.fg],
    ['bg', style.bg],
  ] as const) {
    if (value === undefined) continue;
    if (value === 'reverse' || value === 'plain') classes.push(`${name}-${value}`);
    else {
      classes.push(name);
      custom[`--${name}`] = typeof value === 'number' ? (paletteColour(value) ?? 'inherit') : value;
    }
  }
  return (
    <span class={classes.join(' ')} style={custom}>
      {text}
    </span>
  );
}

function isPlain(style: TextStyle): boolean {
  return Object.keys(style).length === 0;
}

function CodeBlock({ text, language }: { text: string; language: string }) {
  return (
    <div class="codeblock">
      <div class="codeblock-head">
        <span>{language}</span>
        <button
          type="button"
          class="icon-button"
          aria-label={t('msg.copyCode')}
          title={t('msg.copyCode')}
          onClick={() => void copy(text)}
        >
          <Icon name="copy" size={15} />
        </button>
      </div>
      <pre tabIndex={0} dir="ltr">
        <code>{text}</code>
      </pre>
    </div>
  );
}

/** A picture loads only on request, since its server then learns of the reader. */
function LinkedImage({ href }: { href: string }) {
  const [shown, setShown] = useState(false);
  return (
    <div class="linked-image">
      <button type="button" class="button small" aria-expanded={shown} onClick={() => setShown(!shown)}>
        <Icon name="image" size={15} /> {shown ? t('msg.hideImage') : t('msg.showImage')}
      </button>
      {shown && (
        <a href={href} target="_blank" rel="noopener noreferrer">
          <img
            src={href}
            alt={t('msg.image', { host: new URL(href).hostname })}
            referrerpolicy="no-referrer"
            loading="lazy"
          />
        </a>
      )}
    </div>
  );
}
