const DATE = 'yyyy-MM-dd'
const TIME = 'HH:mm:ss'
const WEEK = "xxxx-'W'ww-e"
const BASIC_WEEK = "xxxx'W'wwe"

/**
 * Elasticsearch's named formats as Java patterns, as they are printed: without `strict_`, and without
 * those of days counted through the year. Source: its reference, "format" under mapping parameters.
 */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['date', DATE],
  ['date_hour', `${DATE}'T'HH`],
  ['date_hour_minute', `${DATE}'T'HH:mm`],
  ['date_hour_minute_second', `${DATE}'T'${TIME}`],
  ['date_hour_minute_second_fraction', `${DATE}'T'${TIME}.SSS`],
  ['date_hour_minute_second_millis', `${DATE}'T'${TIME}.SSS`],
  ['date_time', `${DATE}'T'${TIME}.SSSXXX`],
  ['date_time_no_millis', `${DATE}'T'${TIME}XXX`],
  ['year', 'yyyy'],
  ['year_month', 'yyyy-MM'],
  ['year_month_day', DATE],
  ['hour', 'HH'],
  ['hour_minute', 'HH:mm'],
  ['hour_minute_second', TIME],
  ['hour_minute_second_fraction', `${TIME}.SSS`],
  ['hour_minute_second_millis', `${TIME}.SSS`],
  ['time', `${TIME}.SSSXXX`],
  ['time_no_millis', `${TIME}XXX`],
  ['t_time', `'T'${TIME}.SSSXXX`],
  ['t_time_no_millis', `'T'${TIME}XXX`],
  ['weekyear', 'xxxx'],
  ['weekyear_week', "xxxx-'W'ww"],
  ['weekyear_week_day', WEEK],
  ['week_date', WEEK],
  ['week_date_time', `${WEEK}'T'${TIME}.SSSXXX`],
  ['week_date_time_no_millis', `${WEEK}'T'${TIME}XXX`],
  ['basic_date', 'yyyyMMdd'],
  ['basic_date_time', "yyyyMMdd'T'HHmmss.SSSXX"],
  ['basic_date_time_no_millis', "yyyyMMdd'T'HHmmssXX"],
  ['basic_time', 'HHmmss.SSSXX'],
  ['basic_time_no_millis', 'HHmmssXX'],
  ['basic_t_time', "'T'HHmmss.SSSXX"],
  ['basic_t_time_no_millis', "'T'HHmmssXX"],
  ['basic_week_date', BASIC_WEEK],
  ['basic_week_date_time', `${BASIC_WEEK}'T'HHmmss.SSSXX`],
  ['basic_week_date_time_no_millis', `${BASIC_WEEK}'T'HHmmssXX`],
])

/** The pattern of a named format, with or without `strict_`; undefined for what is no name. */
export function namedDateFormat(name: string): string | undefined {
  return NAMED.get(name.replace(/^strict_/, ''))
}

/** Every name, for tests and lists. */
export const NAMED_DATE_FORMATS: readonly string[] = [...NAMED.keys()]
