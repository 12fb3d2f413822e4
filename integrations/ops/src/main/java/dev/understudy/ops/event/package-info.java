/** JSON form of events, for the event stream of the admin routes and for webhooks. Not API. */
@NullMarked
package dev.understudy.ops.event;

import org.jspecify.annotations.NullMarked;
