/** Pieces of a file on their way out, in order. */
export interface OutgoingPieces {
  /** Notes a piece that goes out after those before it. */
  add(piece: Uint8Array): void
  /**
   * Frees the memory of the pieces that are gone.
   *
   * @param waitingBytes how many of the last bytes are still on this side of the socket
   */
  free(waitingBytes: number): void
}

/**
 * Makes the list. Left to the garbage collector, the pieces of a large file pile up: V8 looks at memory outside its heap only
 * for each 64 MB of it.
 */
export const createOutgoingPieces = (): OutgoingPieces => {
  const pieces: Uint8Array[] = []
  let bytes = 0
  return {
    add: (piece) => {
      pieces.push(piece)
      bytes += piece.byteLength
    },
    free: (waitingBytes) => {
      for (let [oldest] = pieces; oldest !== undefined; [oldest] = pieces) {
        if (bytes - oldest.byteLength < waitingBytes) return
        bytes -= oldest.byteLength
        pieces.shift()
        freeMemory(oldest)
      }
    },
  }
}

/** Node cuts small buffers from one block that others share. */
const freeMemory = ({ buffer, byteLength }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
