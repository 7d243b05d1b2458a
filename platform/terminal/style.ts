/**
 * Colours for a stream: none where it is no terminal or NO_COLOR is set, always with FORCE_COLOR.
 * It must not know what is coloured.
 */
import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
export type StyledStream = 'stdout' | 'stderr'

/** Node itself reads NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR. */
export function styled(stream: StyledStream, style: Style, text: string): string {
  return styleText(style, text, { stream: process[stream], validateStream: true })
}
