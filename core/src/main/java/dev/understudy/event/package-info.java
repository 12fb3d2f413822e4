/** Events of calls and providers, the listener that receives them, and provider status. All types are immutable. */
@NullMarked
package dev.understudy.event;

import org.jspecify.annotations.NullMarked;
