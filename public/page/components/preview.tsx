import { useEffect, useState } from 'preact/hooks'
import { PictureIcon } from './icons.tsx'

/** A small picture of a photo; a sign in its place where the browser cannot draw it, as HEIC in most. */
export const Preview = ({ source }: { readonly source: string | null }) => {
  const [isDrawn, setIsDrawn] = useState(true)
  useEffect(() => setIsDrawn(true), [source])
  return (
    <span class="preview">
      {source !== null && isDrawn ? <img src={source} alt="" onError={() => setIsDrawn(false)} /> : <PictureIcon />}
    </span>
  )
}
