export function Logo({ size }: { size: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" class="logo-ground" />
      <rect x="7" y="8" width="8" height="9" rx="2" class="logo-a" />
      <rect x="17" y="8" width="8" height="9" rx="2" class="logo-b" />
      <path d="M9 19h14a2 2 0 0 1 2 2v1a2 2 0 0 1-2 2h-9l-4 3v-3a3 3 0 0 1-3-3 2 2 0 0 1 2-2z" class="logo-a" />
    </svg>
  );
}
