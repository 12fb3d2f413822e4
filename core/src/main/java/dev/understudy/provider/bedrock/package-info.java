/** Amazon Bedrock: Converse and InvokeModel. Not API. */
@NullMarked
package dev.understudy.provider.bedrock;

import org.jspecify.annotations.NullMarked;
