/** Line icons on a grid of 20, in the colour of the text around them. */
const shapes = {
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4',
  plus: 'M10 4v12M4 10h12',
  grid: 'M3.5 4.5h5.5v5h-5.5zM11 4.5h5.5v5H11zM3.5 11.5h13v4h-13z',
  people:
    'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.5c0-3 2.5-5 5.5-5s5.5 2 5.5 5M13 3.8a3 3 0 0 1 0 5.4M15 12c1.800.7 3 2.300 3 4.500',
  sliders:
    'M3 6.500h7.500M15.500 6.500H17M13 4a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5zM3 13.500h1.500M9.500 13.500H17M7 11a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z',
  more: 'M4.500 10h.01M10 10h.01M15.500 10h.01',
  maximise: 'M11.500 3.500h5v5M16.500 3.500l-5.500 5.500M8.500 16.500h-5v-5M3.500 16.500l5.500-5.500',
  restore: 'M16.500 3.500l-5 5M11.500 4v4.500H16M3.500 16.500l5-5M8.500 16v-4.500H4',
  back: 'M12.500 4l-6 6 6 6',
  close: 'M5 5l10 10M15 5L5 15',
  down: 'M10 4v12M5 11l5 5 5-5',
  up: 'M10 16V4M5 9l5-5 5 5',
  send: 'M3.500 10L16.500 4l-4 12.500-3-5.500zM9.500 11l7-7',
  edit: 'M4 16l.8-3.500L13.500 3.800a1.400 1.400 0 0 1 2 0l.7.7a1.400 1.400 0 0 1 0 2L7.500 15.200z',
  trash: 'M4 5.500h12M8 5.500V3.500h4v2M5.500 5.500l.8 11h7.400l.8-11M8.500 8.500v5M11.500 8.500v5',
  copy: 'M7.500 7.500h9v9h-9zM4.500 12.500h-1v-9h9v1',
  check: 'M4 10.500l4 4 8-9',
  clock: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4l2.500 2',
  alert: 'M10 3l7.500 13.500h-15zM10 8v4M10 14.300h.01',
  mute: 'M8.500 4.500L5.500 7.500H3v5h2.500l3 3zM13 8l4 4M17 8l-4 4',
  hash: 'M8 3L6.500 17M13.500 3L12 17M3.500 7.500h13.500M3 12.500h13.500',
  lock: 'M5 9h10v7.500H5zM7 9V6.500a3 3 0 0 1 6 0V9',
  server: 'M3.500 4h13v5h-13zM3.500 11h13v5h-13zM6.500 6.500h.01M6.500 13.500h.01',
  image: 'M3.500 4.500h13v11h-13zM3.500 13l4-4 3.500 3.500 2-2 3.500 3.500M13 7.500h.01',
  eye: 'M2 10c2-3.500 4.800-5.500 8-5.500s6 2 8 5.500c-2 3.500-4.800 5.500-8 5.500S4 13.500 2 10zM10 7.800a2.200 2.200 0 1 0 0 4.400 2.200 2.200 0 0 0 0-4.400z',
  keyboard: 'M2.500 5.500h15v9h-15zM5.500 8.500h.01M8.500 8.500h.01M11.500 8.500h.01M14.500 8.500h.01M6.500 11.500h7',
  offline:
    'M3 3l14 14M5 9.500a8 8 0 0 1 2.500-1.500M10.500 6.500A9 9 0 0 1 17 9.500M7.500 12.500a4.500 4.500 0 0 1 3-1M10 15.500h.01',
  chat: 'M3.500 4.500h13v9h-7l-3.500 3v-3h-2.500z',
  join: 'M8 3.500h8.500v13H8M3 10h9M9 7l3 3-3 3',
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width={name === 'more' ? 2.6 : 1.6}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
