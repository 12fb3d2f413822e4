/** Published facts about models at their vendors' own addresses: context window, output limit, prices and features. Not API. */
@NullMarked
package dev.understudy.provider.catalog;

import org.jspecify.annotations.NullMarked;
