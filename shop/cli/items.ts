/** How the two command lines show items, votes and ratings. */
import type { ItemBody, RatingBody } from '../bodies.ts'
import { describeFields, money, type ShownColumn } from './output.ts'

export const itemColumns: readonly ShownColumn<ItemBody>[] = [
  { title: 'item', value: ({ id }) => id, idOf: 'item' },
  { title: 'name', value: ({ name }) => name, mayCut: true },
  { title: 'price', value: ({ price }) => money(price), align: 'right' },
  { title: 'units', value: ({ quantity }) => String(quantity), align: 'right' },
  { title: 'condition', value: ({ condition }) => condition },
  { title: 'votes', value: ({ feedback }) => votesText(feedback), align: 'right' },
]

/** All that there is to say about one item, and who sells it to those who are somebody else. */
export function describeItem(item: ItemBody, { withSeller }: { withSeller: boolean }): string {
  return describeFields({
    item: item.id,
    name: item.name,
    ...(withSeller ? { seller: String(item.sellerId) } : {}),
    category: String(item.category),
    keywords: item.keywords.join(' '),
    condition: item.condition,
    price: money(item.price),
    units: String(item.quantity),
    votes: votesText(item.feedback),
  })
}

export function votesText({ up, down }: { readonly up: number; readonly down: number }): string {
  return `+${up} -${down}`
}

export function ratingText({ up, down, itemsSold }: RatingBody): string {
  return `${votesText({ up, down })}, ${itemsSold} units sold`
}
