/** Rules by which a scripted server refuses requests as its vendor does. Not API. */
@NullMarked
package dev.understudy.testing.strict;

import org.jspecify.annotations.NullMarked;
