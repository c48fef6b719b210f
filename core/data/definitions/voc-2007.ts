import { placeVoc, vocClasses, vocLayout } from '../layouts/voc.ts';
import { imageSet } from '../stored/image-set.ts';

/** The last VOC whose annotations of the test set are public. Its sums are those that torchvision checks. */
export const voc2007 = imageSet(
  {
    name: 'voc-2007',
    title: 'PASCAL VOC 2007',
    description: 'Photographs with boxes around every object of 20 kinds, about 500x375 each.',
    licence: 'the terms of use of Flickr',
    source: 'M. Everingham, L. Van Gool, C. K. I. Williams, J. Winn, A. Zisserman: PASCAL VOC 2007',
    homepage: 'http://host.robots.ox.ac.uk/pascal/VOC/voc2007/',
    citation:
      'M. Everingham, L. Van Gool, C. K. I. Williams, J. Winn, A. Zisserman: The PASCAL Visual Object Classes ' +
      'Challenge 2007 (VOC2007) results.',
    classes: vocClasses,
    published: {
      version: '6 November 2007',
      splits: { train: 2_501, validation: 2_510, test: 4_952 },
      // Of the archives; segmentations in them are left out.
      bytes: 911_052_800,
    },
    sources: [
      {
        kind: 'web',
        files: [
          {
            name: 'VOCtrainval_06-Nov-2007.tar',
            urls: [
              'http://host.robots.ox.ac.uk/pascal/VOC/voc2007/VOCtrainval_06-Nov-2007.tar',
              'https://pjreddie.com/media/files/VOCtrainval_06-Nov-2007.tar',
            ],
            bytes: 460_032_000,
            checksum: { algorithm: 'md5', hex: 'c52e279531787c972589f7e41ab4ae64' },
          },
          {
            name: 'VOCtest_06-Nov-2007.tar',
            urls: [
              'http://host.robots.ox.ac.uk/pascal/VOC/voc2007/VOCtest_06-Nov-2007.tar',
              'https://pjreddie.com/media/files/VOCtest_06-Nov-2007.tar',
            ],
            bytes: 451_020_800,
            checksum: { algorithm: 'md5', hex: 'b6e924de25625d8de591ea690078ad9f' },
          },
        ],
      },
    ],
  },
  { layout: vocLayout, place: placeVoc(2007) },
);
