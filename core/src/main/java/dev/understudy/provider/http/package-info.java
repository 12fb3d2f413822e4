/** One HTTP exchange on reactor-netty: connections, key rotation, request bodies, response decoding. Not API. */
@NullMarked
package dev.understudy.provider.http;

import org.jspecify.annotations.NullMarked;
