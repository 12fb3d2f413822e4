/** Parts that adapters of other libraries share. Not API. */
@NullMarked
package dev.understudy.adapter;

import org.jspecify.annotations.NullMarked;
