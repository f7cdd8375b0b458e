// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qobject.h>

#include <functional>
#include <set>
#include <typeinfo>

namespace QRepod {

//! Reports messages that reached no handler, mostly because of a mistyped name.
///
/// It warns once for each action, and at most 32 times, because a peer can invent any number of
/// actions. The rest goes to the debug log.
///
/// Used only in the thread of the receivers.
class UnhandledActions
{
public:
    static constexpr size_t maximumActions = 32;

    //! The object that had no handler for a message.
    struct Receiver
    {
        //! \a object derives from Base, a class of this library, or is one.
        template <class Base>
        static Receiver of(const Base &object)
        {
            return {object.metaObject()->className(),
                    object.metaObject() == &Base::staticMetaObject
                        && typeid(object) != typeid(Base)};
        }

        QByteArray className;
        bool lacksMacro; ///< it lacks Q_OBJECT, so Qt knows only the base
    };

    //! Reports \a action. \a findNearest finds the handler that may have been meant.
    void note(QByteArrayView action, const Receiver &receiver, const QString &peer,
              const std::function<QByteArray(QByteArrayView)> &findNearest);

private:
    std::set<QByteArray> m_warned;
};

} // namespace QRepod
