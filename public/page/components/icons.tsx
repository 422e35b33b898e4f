import type { ComponentChildren } from 'preact'

const Icon = ({ children }: { readonly children: ComponentChildren }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {children}
  </svg>
)

/** The logo: a person before a checkerboard. */
export const Logo = () => (
  <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect class="logo-ground" width="32" height="32" rx="8" />
    <path class="logo-check" d="M4 4h12v12H4zM16 16h12v12H16z" />
    <circle class="logo-subject" cx="16" cy="12" r="5" />
    <path class="logo-subject" d="M6 27a10 9 0 0 1 20 0z" />
  </svg>
)

export const PictureIcon = () => (
  <Icon>
    <rect x="3" y="5" width="18" height="14" rx="3" />
    <circle cx="9" cy="10.5" r="1.6" />
    <path d="m4 17 5-4 3.5 2.5L16 12l5 4.5" />
  </Icon>
)

export const DownloadIcon = () => (
  <Icon>
    <path d="M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14" />
  </Icon>
)

export const BinIcon = () => (
  <Icon>
    <path d="M5 7h14M10 7V5h4v2m-7.5 0 .8 12h9.4l.8-12M10.2 10.5v5.5m3.6-5.5v5.5" />
  </Icon>
)

export const CrossIcon = () => (
  <Icon>
    <path d="m7 7 10 10M17 7 7 17" />
  </Icon>
)

export const KeyIcon = () => (
  <Icon>
    <circle cx="8" cy="15" r="4" />
    <path d="m11 12 8-8m-3 3 3 3m-6 0 2 2" />
  </Icon>
)

export const CopyIcon = () => (
  <Icon>
    <rect x="9" y="9" width="11" height="11" rx="2.5" />
    <path d="M15 6.5V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h.5" />
  </Icon>
)
