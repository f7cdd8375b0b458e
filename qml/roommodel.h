// SPDX-License-Identifier: MIT
#pragma once

#include "objectmodel.h"
#include "qmlroom.h"

namespace QRepod {

//! The QML type RoomModel: the open rooms of a Server, in the order of opening.
///
/// A model with one role, `room`, for views such as a lobby's:
///
/// \code
/// ListView {
///     model: server.rooms
///     delegate: Text {
///         required property Room room
///         text: room.name + ": " + room.channels.count + " players"
///     }
/// }
/// \endcode
class RoomModel : public QRepod::ObjectModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Use the property `rooms` of a Server.")

public:
    explicit RoomModel(QObject *parent)
        : ObjectModel("room", parent)
    {
    }

    //! Returns the room at \a index; null if there is none.
    Q_INVOKABLE QRepod::QmlRoom *get(int index) const { return static_cast<QmlRoom *>(at(index)); }
};

} // namespace QRepod
