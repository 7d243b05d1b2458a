/** A number or string that cannot be swapped for another kind of number or string. No cost at run time. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name }
