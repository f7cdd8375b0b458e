// SPDX-License-Identifier: MIT
#pragma once

#include "objectmodel.h"
#include "qmlchannel.h"

namespace QRepod {

//! The QML type ChannelModel: the clients connected to a Server or in a Room, in the order of
//! joining.
///
/// A model with one role, `channel`, for ListView, Repeater and Instantiator:
///
/// \code
/// Repeater {
///     model: server.channels
///     delegate: Text {
///         required property Channel channel
///         text: channel.address
///     }
/// }
/// \endcode
class ChannelModel : public QRepod::ObjectModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Use the property `channels` of a Server or a Room.")

public:
    explicit ChannelModel(QObject *parent)
        : ObjectModel("channel", parent)
    {
    }

    //! Returns the channel at \a index; null if there is none.
    Q_INVOKABLE QRepod::QmlChannel *get(int index) const
    {
        return static_cast<QmlChannel *>(at(index));
    }
};

} // namespace QRepod
