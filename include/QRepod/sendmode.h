// SPDX-License-Identifier: MIT
#pragma once

namespace QRepod {

//! What happens to a message that cannot be written at once.
enum class SendMode {
    //! It waits for its turn and is never dropped. The default everywhere.
    Reliable,

    //! For state that is soon out of date, such as positions sent 30 times a second.
    ///
    /// While the peer takes nothing, or more waits for it than a send backlog allows, a newer
    /// message replaces a waiting one with the same action: a slow client gets the newest state,
    /// not everything it has missed. On a line that keeps up nothing is dropped. Such a message
    /// never counts against the send backlog. State of different things, such as the positions of
    /// two players, needs different actions, or one message.
    Latest,
};

} // namespace QRepod
