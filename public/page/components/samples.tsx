import mug from '../../../examples/photos/mug.jpg?url'
import portrait from '../../../examples/photos/portrait.jpg?url'
import { useSession } from './session-context.ts'

const samples = [
  ['a mug', mug, 'mug.jpg'],
  ['a portrait', portrait, 'portrait.jpg'],
] as const

/** Photos for whoever has none at hand; they come from this server, and are fetched when they are chosen. */
export const Samples = () => {
  const { actions } = useSession()
  const choose = async (address: string, name: string): Promise<void> => {
    try {
      const picture = await fetch(address)
      if (!picture.ok) return actions.choose.refuse(notFetched)
      return actions.choose.add([new File([await picture.blob()], name, { type: 'image/jpeg' })])
    } catch {
      return actions.choose.refuse(notFetched)
    }
  }
  return (
    <p class="samples">
      Or try it with{' '}
      {samples.map(([words, address, name], index) => (
        <>
          {index > 0 && ' or '}
          <button key={name} type="button" class="link" onClick={() => void choose(address, name)}>
            {words}
          </button>
        </>
      ))}
    </p>
  )
}

const notFetched = 'The sample photo cannot be fetched at this moment.'
