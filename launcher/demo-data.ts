/**
 * What `--seed` puts into an empty marketplace: a few sellers and a few hundred items, always the same.
 * Each line of a shelf is `name | price in minor units | keywords`; variants multiply it.
 */
import { seededRandom } from '../common/random.ts'

export type DemoItem = {
  readonly name: string
  readonly category: number
  readonly keywords: readonly string[]
  readonly condition: 'new' | 'used'
  /** Minor units. */
  readonly amount: number
  readonly quantity: number
}

export type DemoSeller = {
  readonly username: string
  readonly name: string
  readonly items: readonly DemoItem[]
}

type Shelf = {
  readonly category: number
  readonly seller: string
  readonly variants: readonly string[]
  readonly lines: readonly string[]
}

const sellers: Readonly<Record<string, string>> = {
  northlane: 'North Lane Outfitters',
  paperboat: 'Paper Boat Books',
  kettle: 'Kettle & Oak Kitchen',
  sparkbay: 'Sparkbay Electronics',
  greenfoot: 'Greenfoot Garden',
  attic: 'The Second Attic',
}

/** The same password for all of them; a demo cluster is nobody's secret. */
export const demoPassword = 'agora-demo-password'

const shelves: readonly Shelf[] = [
  {
    category: 1,
    seller: 'paperboat',
    variants: ['hardback', 'paperback'],
    lines: [
      'Sailing Alone | 1890 | book sea travel',
      'The Salt Road | 1450 | book novel history',
      'Birds of the Coast | 2900 | book birds nature',
      'Field Guide to Clouds | 2350 | book sky weather',
      'Bread in Five Steps | 2100 | book baking bread',
      'The Last Lighthouse | 1290 | book novel sea',
      'Night Trains | 1690 | book travel rail',
      'Small Gardens | 2450 | book garden plants',
      'Maps We Lost | 3200 | book maps history',
      'Chess for Two | 1550 | book chess games',
      'The Quiet Forest | 1350 | book novel nature',
      'Letters from Oslo | 1790 | book letters travel',
      'Every Knot | 990 | book knots sailing',
    ],
  },
  {
    category: 2,
    seller: 'northlane',
    variants: ['red', 'black', 'blue'],
    lines: [
      'Trail Shoe | 8990 | shoe hiking outdoor',
      'Rain Jacket | 12900 | jacket rain outdoor',
      'Wool Sweater | 6990 | sweater wool winter',
      'Canvas Backpack | 7450 | backpack canvas travel',
      'Leather Belt | 3990 | belt leather',
      'Knit Hat | 1990 | hat wool winter',
      'Running Shorts | 2990 | shorts running sport',
      'Linen Shirt | 4990 | shirt linen summer',
      'Ski Gloves | 4590 | gloves ski winter',
      'Sports Socks | 1290 | socks sport',
    ],
  },
  {
    category: 3,
    seller: 'kettle',
    variants: ['small', 'large'],
    lines: [
      'Cast Iron Pan | 4990 | pan iron kitchen',
      'Copper Kettle | 8950 | kettle copper kitchen',
      'Oak Cutting Board | 3490 | board oak kitchen',
      'Chef Knife | 7990 | knife steel kitchen',
      'Ceramic Bowl | 1890 | bowl ceramic kitchen',
      'Tea Pot | 2990 | tea pot kitchen',
      'Coffee Grinder | 5490 | coffee grinder kitchen',
      'Pepper Mill | 2790 | pepper mill kitchen',
      'Glass Jar | 790 | jar glass storage',
      'Baking Tray | 1590 | baking tray kitchen',
      'Rolling Pin | 1490 | baking pin kitchen',
      'Salad Spinner | 2490 | salad kitchen',
    ],
  },
  {
    category: 4,
    seller: 'sparkbay',
    variants: ['black', 'white', 'silver'],
    lines: [
      'Wireless Headphones | 14900 | audio music wireless',
      'USB-C Charger 65 W | 3990 | charger usb power',
      'Desk Lamp LED | 4490 | lamp led desk',
      'Bluetooth Speaker | 6990 | audio speaker music',
      'Mechanical Keyboard | 11900 | keyboard desk',
      'Vertical Mouse | 5990 | mouse desk',
      'Power Bank 20 Ah | 4290 | battery power usb',
      'Webcam 1080p | 6490 | camera video desk',
      'Smart Plug | 1990 | plug power home',
      'E-Reader 7 inch | 15900 | reader book screen',
    ],
  },
  {
    category: 5,
    seller: 'greenfoot',
    variants: ['set of 1', 'set of 3'],
    lines: [
      'Tomato Seeds | 390 | seeds tomato garden',
      'Clay Flower Pot | 990 | pot clay garden',
      'Pruning Shears | 2490 | shears garden tool',
      'Watering Can | 1990 | water can garden',
      'Bird Feeder | 2290 | birds feeder garden',
      'Lavender Plant | 890 | plant lavender garden',
      'Garden Gloves | 1190 | gloves garden',
      'Solar Path Light | 1690 | light solar garden',
      'Compost Bucket | 2890 | compost garden',
      'Herb Seeds | 490 | seeds herb garden',
      'Hand Trowel | 1390 | trowel garden tool',
    ],
  },
  {
    category: 6,
    seller: 'attic',
    variants: ['worn', 'good', 'like new'],
    lines: [
      'Film Camera | 8900 | camera film vintage',
      'Record Player | 12500 | audio vinyl vintage',
      'Brass Compass | 3450 | compass brass vintage',
      'Wooden Chess Set | 4200 | chess wood games',
      'Typewriter | 9900 | type vintage desk',
      'Pocket Watch | 7600 | watch vintage',
      'Enamel Mug | 650 | mug enamel kitchen',
      'Radio 1962 | 5400 | radio audio vintage',
      'Travel Trunk | 8800 | trunk travel vintage',
      'Jigsaw Puzzle | 890 | puzzle games',
      'Denim Jacket | 3900 | jacket denim',
      'Road Bicycle | 24900 | bicycle sport',
    ],
  },
]

const accessories = [
  'Gift Card Envelope | 190 | gift paper',
  'Cotton Tote Bag | 990 | bag cotton travel',
  'Beeswax Candle | 1290 | candle home gift',
  'Notebook A5 | 790 | paper desk',
  'Pencil Set | 590 | pencil desk',
  'Umbrella | 2190 | rain travel',
  'Water Bottle | 1890 | bottle sport travel',
  'Picnic Blanket | 3290 | blanket outdoor',
] as const

const colours = ['red', 'green', 'blue', 'yellow', 'grey', 'white', 'black', 'orange'] as const

export function demoSellers(): DemoSeller[] {
  const random = seededRandom(2_001)
  return Object.entries(sellers).map(([username, name], index) => ({
    username,
    name,
    items: [
      ...shelves.filter((shelf) => shelf.seller === username).flatMap(stockShelf),
      ...stockShelf({
        category: 10 + index,
        seller: username,
        variants: colours.slice(0, 4 + (index % 3)),
        lines: accessories.slice(index % 4, (index % 4) + 5),
      }),
    ],
  }))

  function stockShelf({ category, variants, lines }: Shelf): DemoItem[] {
    return lines.flatMap((line) => {
      const [title = '', price = '', words = ''] = line.split(' | ')
      return variants.map((variant, place) => ({
        name: `${title}, ${variant}`,
        category,
        keywords: words.split(' '),
        condition: category === 6 || random.next() < 0.1 ? ('used' as const) : ('new' as const),
        amount: Math.round(Number(price) * (1 + place * 0.08)),
        quantity: category === 6 ? random.integer(1, 3) : random.integer(5, 200),
      }))
    })
  }
}
