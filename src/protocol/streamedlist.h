// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qvariant.h>

#include <memory>

namespace QRepod {

class ValueEncoder;

//! A list in a message that writes itself, where a QVariantList of many small lists and maps would
//! cost more to build than to send.
///
/// It does not change, so that any thread may use it. A QVariant holds it as a Pointer.
class StreamedList
{
public:
    using Pointer = std::shared_ptr<const StreamedList>;

    //! \return whether \a encoder could write it.
    virtual bool write(ValueEncoder &encoder) const = 0;

    //! The same in ordinary values, for those who look into it.
    virtual QVariantList toList() const = 0;

    //! Those of \a fields that are such lists become ordinary ones.
    static QVariantMap expanded(QVariantMap fields)
    {
        for (QVariant &value : fields) {
            if (value.metaType() == QMetaType::fromType<Pointer>())
                value = value.value<Pointer>()->toList();
        }
        return fields;
    }

protected:
    StreamedList() = default;
    ~StreamedList() = default;
    Q_DISABLE_COPY_MOVE(StreamedList)
};

} // namespace QRepod
