import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface MenuItem {
  label: string;
  run: () => void;
  danger?: boolean;
}

interface MenuProps {
  label: string;
  items: () => (MenuItem | null | false)[];
  class?: string;
  /** What the button shows is its name, and `label` the menu's. */
  named?: boolean;
  children: ComponentChildren;
}

/** A button with a menu: arrows, Home and End move, Enter chooses, Escape closes. */
export function Menu({ label, items, class: className = 'icon-button', named = false, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        class={className}
        aria-label={named ? undefined : label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <MenuList
          anchor={button.current!}
          label={label}
          items={items().filter(item => item !== null && item !== false)}
          close={refocus => {
            setOpen(false);
            if (refocus) button.current?.focus();
          }}
        />
      )}
    </>
  );
}

interface MenuListProps {
  anchor: HTMLElement;
  label: string;
  items: MenuItem[];
  /** Closes the menu; with `refocus` the focus returns to the button. */
  close: (refocus: boolean) => void;
}

export function MenuList({ anchor, label, items, close }: MenuListProps) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = list.current!;
    // The top layer is not clipped by scrolling parents.
    element.showPopover();
    place(element, anchor);
    element.querySelector('button')?.focus();
  }, []);
  useEffect(() => {
    const outside = (event: Event) => {
      if (!list.current?.contains(event.target as Node) && !anchor.contains(event.target as Node)) close(false);
    };
    const gone = () => close(false);
    document.addEventListener('pointerdown', outside);
    addEventListener('resize', gone);
    return () => {
      document.removeEventListener('pointerdown', outside);
      removeEventListener('resize', gone);
    };
  }, []);
  const move = (event: KeyboardEvent) => {
    const buttons = [...list.current!.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const targets: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 };
    const target = targets[event.key];
    if (target !== undefined) buttons[(target + buttons.length) % buttons.length]?.focus();
    else if (event.key === 'Escape') close(true);
    else if (event.key === 'Tab') close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={list} class="menu" role="menu" aria-label={label} popover="manual" onKeyDown={move}>
      {items.map(item => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          class={item.danger ? 'menu-item danger' : 'menu-item'}
          onClick={() => {
            close(true);
            item.run();
          }}
        >
          {item.label}
        </button>
      ))}
    </div>
  );
}

function place(element: HTMLElement, anchor: HTMLElement): void {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = element;
  const left = Math.min(Math.max(8, box.right - offsetWidth), innerWidth - offsetWidth - 8);
  const below = box.bottom + 4 + offsetHeight < innerHeight;
  element.style.left = `${left}px`;
  element.style.top = `${below ? box.bottom + 4 : Math.max(8, box.top - offsetHeight - 4)}px`;
}
